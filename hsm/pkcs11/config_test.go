//go:build cgo

package pkcs11_test

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/softhsm"
)

// A credential file may end with one line end, and with no more.
func TestCredentialFile(t *testing.T) {
	t.Parallel()
	c, credential := config(t, softhsm.New(t))
	c.URI.CredentialSource = filepath.Join(t.TempDir(), "credential")
	for content, good := range map[string]bool{
		credential: true, credential + "\n": true, credential + "\r\n": true,
		credential + "\n\n": false, credential + " ": false, "\n" + credential: false,
	} {
		require.NoError(t, os.WriteFile(c.URI.CredentialSource, []byte(content), 0o600))
		d, err := pkcs11.Open(t.Context(), c)
		if !good {
			require.ErrorIs(t, err, pkcs11.ErrCredential, "%q", strings.ReplaceAll(content, credential, "credential"))
			continue
		}
		require.NoError(t, err)
		require.NoError(t, d.Close())
	}
}

// Nobody is asked for the credential of a token that is not there.
func TestCredentialIsNotAskedInVain(t *testing.T) {
	t.Parallel()
	c := softhsm.New(t).Config()
	c.URI.Token, c.URI.CredentialSource = "acquirer", ""
	c.Credential = func() ([]byte, error) {
		t.Error("it was asked for")
		return nil, nil
	}
	_, err := pkcs11.Open(t.Context(), c)
	require.ErrorIs(t, err, pkcs11.ErrNoToken)
}

// What is returned by the function is cleared.
func TestCredentialIsCleared(t *testing.T) {
	t.Parallel()
	c, credential := config(t, softhsm.New(t))
	b := []byte(credential)
	c.URI.CredentialSource = ""
	c.Credential = func() ([]byte, error) { return b, nil }
	open(t, c)
	require.Equal(t, make([]byte, len(credential)), b)
}

func TestTokenInfoText(t *testing.T) {
	t.Parallel()
	info := pkcs11.TokenInfo{Label: "my token", Serial: "01", Manufacturer: "a/b", Model: "c;d"}
	require.Equal(t, "pkcs11:token=my%20token;manufacturer=a/b;model=c%3Bd;serial=01", info.String())
	u, err := pkcs11.ParseURI(info.String())
	require.NoError(t, err)
	require.Equal(t, "c;d", u.Model)

	var log strings.Builder
	l := slog.New(slog.NewTextHandler(&log, nil))
	u, err = pkcs11.ParseURI("pkcs11:?pin-value=hunter2")
	require.NoError(t, err)
	l.Info("open", "uri", u, "token", info)
	require.NotContains(t, log.String(), "hunter2")
	require.Contains(t, log.String(), "my%20token")
	b, err := u.MarshalText()
	require.NoError(t, err)
	require.Equal(t, fmt.Sprint(u), string(b))
}
