package devices_test

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/devices"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/keys"
)

func TestKeystoreByURI(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, secret := filepath.Join(dir, "keys 100%?.json"), filepath.Join(dir, "passphrase")
	require.NoError(t, os.WriteFile(secret, []byte("a passphrase\r\n"), 0o600))
	uri := "soft:" + url.PathEscape(path)

	h := open(t, uri+"?passphrase-source=file:"+secret)
	_, err := h.GenerateKey(t.Context(), hsm.KeySpec{Label: "zpk", Algorithm: keys.AES128, Usage: keys.UsagePIN})
	require.NoError(t, err)
	require.NoError(t, h.Close())
	_, err = os.Stat(path)
	require.NoError(t, err, "the path as the URI escapes it")

	asked := func(passphrase string) devices.Options {
		return devices.Options{Passphrase: func(_ context.Context, at string, create bool) ([]byte, error) {
			require.False(t, create)
			require.Equal(t, filepath.Base(path), filepath.Base(at))
			return []byte(passphrase), nil
		}}
	}
	h, err = devices.Open(t.Context(), uri, asked("a passphrase"))
	require.NoError(t, err)
	info, err := h.KeyInfo(t.Context(), "zpk")
	require.NoError(t, err)
	require.Equal(t, keys.AES128, info.Algorithm)
	cs, err := h.Capabilities(t.Context())
	require.NoError(t, err)
	require.True(t, cs[0].Allowed, "in-process without being asked, as with soft:")
	require.NoError(t, h.Close())

	_, err = devices.Open(t.Context(), uri, asked("another"))
	require.ErrorIs(t, err, soft.ErrPassphrase)
	_, err = devices.Open(t.Context(), uri, noOptions)
	require.ErrorIs(t, err, soft.ErrNoPassphrase)
}

func TestPassphraseSource(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	uri := "soft:" + filepath.Join(dir, "keys.json") + "?passphrase-source=file:"
	for name, text := range map[string]string{"empty": "", "line end": "\n", "long": strings.Repeat("hunter2", 600)} {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		h, err := devices.Open(t.Context(), uri+url.PathEscape(file), noOptions)
		if err == nil { // a new keystore asks when it is made
			_, err = h.GenerateKey(t.Context(), hsm.KeySpec{Label: "zpk", Algorithm: keys.AES128, Usage: keys.UsagePIN})
		}
		require.ErrorContains(t, err, "passphrase-source", name)
		require.NotContains(t, err.Error(), "hunter2")
	}
	h, err := devices.Open(t.Context(), uri+filepath.Join(dir, "none"), noOptions)
	require.NoError(t, err)
	_, err = h.GenerateKey(t.Context(), hsm.KeySpec{Label: "zpk", Algorithm: keys.AES128, Usage: keys.UsagePIN})
	require.True(t, errors.Is(err, os.ErrNotExist), "%v", err)
}
