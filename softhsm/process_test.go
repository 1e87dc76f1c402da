//go:build cgo

package softhsm_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/softhsm"
)

const otherProcess = "PINION_TEST_SOFTHSM_DIR"

// Many processes open a token that is kept at the same time, again and again:
// SoftHSM2 writes its file at each login, and for that moment the others cannot read
// it. None of them fails.
func TestManyProcesses(t *testing.T) {
	if dir := os.Getenv(otherProcess); dir != "" {
		openAgainAndAgain(t, dir)
		return
	}
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "kept")
	token, err := softhsm.Create(dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, token.Close()) })
	var g errgroup.Group
	outs := make([][]byte, 6)
	for i := range outs {
		g.Go(func() (err error) {
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestManyProcesses$", "-test.count=1")
			cmd.Env = append(os.Environ(), otherProcess+"="+dir)
			outs[i], err = cmd.CombinedOutput()
			return err
		})
	}
	err = g.Wait()
	require.NoError(t, err, "%s", outs)
}

func openAgainAndAgain(t *testing.T, dir string) {
	for range 20 {
		token, err := softhsm.Open(dir)
		require.NoError(t, err)
		d, err := pkcs11.Open(t.Context(), token.Config())
		require.NoError(t, err)
		_, err = d.ListKeys(t.Context())
		require.NoError(t, err)
		require.NoError(t, d.Close())
		require.NoError(t, token.Close())
	}
}
