//go:build cgo

package nss_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/internal/tokendir/tokentest"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/nss"
)

const otherProcess = "PINION_TEST_NSS_DIR"

// A token that is kept is used by two processes, also at the same time: each sees
// the keys that the other makes.
func TestOtherProcess(t *testing.T) {
	if dir := os.Getenv(otherProcess); dir != "" {
		inOtherProcess(t, dir)
		return
	}
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "kept")
	token, err := nss.Create(dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, token.Close()) })
	d := tokentest.Open(t, token)
	_, err = d.GenerateKey(t.Context(), tokentest.ZPK)
	require.NoError(t, err)

	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestOtherProcess$", "-test.count=1")
	cmd.Env = append(os.Environ(), otherProcess+"="+dir)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)

	k, err := d.FindKey(t.Context(), "made there")
	require.NoError(t, err)
	require.Equal(t, keys.AES256, k.Info().Algorithm)
	_, err = d.FindKey(t.Context(), "zpk")
	require.ErrorIs(t, err, hsm.ErrKeyNotFound, "it was deleted there")
}

func inOtherProcess(t *testing.T, dir string) {
	token, err := nss.Open(dir)
	require.NoError(t, err)
	d := tokentest.Open(t, token)
	_, err = d.FindKey(t.Context(), "zpk")
	require.NoError(t, err)
	_, err = d.GenerateKey(t.Context(), hsm.KeySpec{Label: "made there", Algorithm: keys.AES256, Usage: keys.UsagePIN})
	require.NoError(t, err)
	require.NoError(t, d.DeleteKey(t.Context(), "zpk"))
}
