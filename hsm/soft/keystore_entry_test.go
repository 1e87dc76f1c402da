package soft

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/keyblock"
)

// A block is bound to its label by itself, whatever authenticates the file.
func TestEntryIsBoundToItsLabel(t *testing.T) {
	t.Parallel()
	u, err := kdf{Name: "scrypt", N: 2, R: 1, P: 1}.salted().unlock([]byte("x"))
	require.NoError(t, err)
	k, err := keys.Generate(keys.TDES2, keys.UsagePIN)
	require.NoError(t, err)
	e, err := u.seal(t.Context(), newKey(hsm.KeySpec{Label: "a", Algorithm: keys.TDES2, Usage: keys.UsagePIN}, k))
	require.NoError(t, err)
	_, err = u.open(t.Context(), e)
	require.NoError(t, err)
	_, err = u.open(t.Context(), entry{Label: "b", Block: e.Block})
	require.ErrorIs(t, err, ErrKeystore)
	require.ErrorContains(t, err, "of another key")

	block, err := keyblock.Wrap(t.Context(), u.kbpk, keyblock.Header{Version: 'D', Mode: 'B', Exportability: 'E'}, k)
	require.NoError(t, err)
	_, err = u.open(t.Context(), entry{Label: "a", Block: block})
	require.ErrorIs(t, err, ErrKeystore, "a block without a label")
}

// TestInterrupted is about who gives up while a keystore opens: its file has no fault.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	ks, err := OpenKeystore(t.Context(), path, Cheap("x"))
	require.NoError(t, err)
	_, err = ks.GenerateKey(t.Context(), hsm.KeySpec{Label: "a", Algorithm: keys.TDES2, Usage: keys.UsagePIN})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = OpenKeystore(ctx, path, Cheap("x"))
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, ErrKeystore)
}

func TestEscape(t *testing.T) {
	t.Parallel()
	for label, want := range map[string]string{"zpk 1": "zpk 1", "100%": "100%25", "é": "%C3%A9", "%C3%A9": "%25C3%25A9"} {
		require.Equal(t, want, escape(label))
	}
}
