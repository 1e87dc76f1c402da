package soft_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/keyblock"
)

// What a block says of its key, an exported block says again, or less, and never
// more: on a device in memory, and after a keystore was closed and opened.
func TestTermsStay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		usage                keys.Usage
		mode, export         byte // as it comes
		toMode, toExport     byte // as it is to go
		wantMode, wantExport byte // 0: refused
	}{
		{"P0", 'B', 'E', 0, 0, 'B', 'E'},
		{"P0", 'B', 'E', 'E', 'N', 'E', 'N'},
		{"P0", 'B', 'E', 'D', 0, 'D', 'E'},
		{"P0", 'B', 'E', 'N', 0, 0, 0},
		{"P0", 'B', 'E', 0, 'S', 0, 0},
		{"P0", 'E', 'E', 0, 0, 'E', 'E'},
		{"P0", 'E', 'E', 'B', 0, 0, 0},
		{"P0", 'E', 'E', 'D', 0, 0, 0},
		{"P0", 'B', 'N', 0, 0, 0, 0},
		{"P0", 'B', 'N', 0, 'N', 0, 0},
		{"P0", 'B', 'S', 0, 0, 'B', 'E'},
		{"P0", 'B', 'S', 0, 'S', 'B', 'S'},
		{"P0", 'N', 'E', 0, 0, 'N', 'E'},
		{"P0", 'N', 'E', 'B', 0, 'B', 'E'},
		{"V2", 'C', 'E', 'V', 0, 'V', 'E'},
		{"V2", 'V', 'E', 0, 0, 'V', 'E'},
		{"V2", 'V', 'E', 'G', 0, 0, 0},
		{"V2", 'V', 'E', 'C', 0, 0, 0},
		{"B0", 'X', 'E', 0, 0, 'X', 'E'},
	} {
		kbpk, err := keys.Generate(keys.AES256, keys.UsageKBPK)
		require.NoError(t, err)
		key, err := keys.Generate(keys.TDES2, c.usage)
		require.NoError(t, err)
		free, err := keyblock.NewTC(testTime)
		require.NoError(t, err)
		in := keyblock.Header{Version: 'D', Mode: c.mode, Exportability: c.export, KeyVersion: "07", Optional: []keyblock.OptionalBlock{free}}
		block, err := keyblock.Wrap(t.Context(), kbpk, in, key)
		require.NoError(t, err)

		path := filepath.Join(t.TempDir(), "keys.json")
		memory, file := hsm.New(soft.New()), hsm.New(openKeystore(t, path))
		for _, h := range []*hsm.HSM{memory, file} {
			_, err = h.ImportKey(t.Context(), hsm.KeySpec{Label: "kbpk"}, kbpk)
			require.NoError(t, err)
			_, _, err := h.ImportKeyBlock(t.Context(), hsm.KeyBlockImport{Block: block, KBPK: "kbpk", Spec: hsm.KeySpec{Label: "key"}})
			require.NoError(t, err, "%+v", c)
		}
		require.NoError(t, file.Close())
		for _, h := range []*hsm.HSM{memory, hsm.New(openKeystore(t, path))} {
			out, err := h.ExportKeyBlock(t.Context(), hsm.KeyBlockExport{Key: "key", KBPK: "kbpk", Mode: c.toMode, Exportability: c.toExport})
			if c.wantMode == 0 {
				require.ErrorIs(t, err, hsm.ErrKeyUsage, "%+v", c)
				continue
			}
			require.NoError(t, err, "%+v", c)
			u, err := keyblock.Unwrap(t.Context(), kbpk, out)
			require.NoError(t, err)
			require.Equal(t, c.wantMode, u.Header.Mode)
			require.Equal(t, c.wantExport, u.Header.Exportability)
			require.Equal(t, "07", u.Header.KeyVersion)
			_, ok := u.Header.Block("TC")
			require.True(t, ok, "optional blocks are kept")
			_, ok = u.Header.Block("LB")
			require.False(t, ok, "the label of a key here is nobody else's affair")
			same, err := u.Key()
			require.NoError(t, err)
			require.True(t, key.Equal(same))
		}
	}
}
