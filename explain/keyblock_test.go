package explain_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys/keyblock"
)

// The order of the steps is that of the standard: versions A and C authenticate what
// is enciphered, the others what is in clear.
func TestKeyBlockSteps(t *testing.T) {
	t.Parallel()
	x, err := explain.KeyBlock(t.Context(), blockB, unhex(t, kbpk2))
	require.NoError(t, err)
	require.Equal(t, []string{
		"Read the fields", "Take the protection key", "Make the mask of CMAC", "Derive the KBEK", "Derive the KBAK",
		"Decipher the key", "Check the authenticator",
	}, titlesOf(x))
	require.Equal(t, "3F419E1CB7079442AA37474C2EFBF8B8", namedFact(x, "key").Value)
	require.Equal(t, "yes", namedFact(x, "authentic").Value)
	x, err = explain.KeyBlock(t.Context(), blockC, unhex(t, kbpkC))
	require.NoError(t, err)
	require.Equal(t, []string{
		"Read the fields", "Take the protection key", "Make the KBEK", "Make the KBAK", "Check the authenticator", "Decipher the key",
	}, titlesOf(x))
	require.Equal(t, "4554677601102332CDDCEFFE8998ABBA", x.Steps[2].Rows[2].Value())
	require.Equal(t, "4D5C6F7E09182B3AC5D4E7F68190A3B2", x.Steps[3].Rows[2].Value())
}

// The subkeys are those of NIST SP 800-38B appendix D, examples 1 and 9.
func TestKeyBlockSubkeys(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		version        byte
		kbpk, name, l  string
		subkey, length string
		constant       string
	}{
		{'D', "2B7E151628AED2A6ABF7158809CF4F3C", "K2", "7DF76B0C1AB899B33E42F047B91B546F", "F7DDAC306AE266CCF90BC11EE46D513B", "128 bits", "87"},
		{'B', "8AA83BF8CBDA10620BC1BF19FBB6CD58BC313D4A371CA8B5", "K1", "C8CC74E98A7329A2", "9198E9D314E6535F", "192 bits", "1B"},
	} {
		h := keyblock.Header{Version: c.version, Usage: "P0", Algorithm: 'T', Mode: 'E', Exportability: 'N'}
		block := madeBlock(t, h, unhex(t, c.kbpk), unhex(t, kbpk2))
		x, err := explain.KeyBlock(t.Context(), block, unhex(t, c.kbpk))
		require.NoError(t, err)
		mask := x.Steps[2]
		require.Equal(t, c.l, mask.Rows[1].Value())
		require.Equal(t, c.name, mask.Rows[2].Name)
		require.Equal(t, c.subkey, mask.Rows[2].Value())
		require.Contains(t, mask.Why, "exclusive-or "+c.constant+";")
		input := x.Steps[3].Rows[0].Parts
		require.Equal(t, "length: "+c.length, input[4].Note)
	}
}

// Each version has its chaining; of AES-192 half of a block is left over.
func TestKeyBlockVersions(t *testing.T) {
	t.Parallel()
	kbpk := unhex(t, kbpkC+"0011223344556677")
	for version, with := range map[byte]string{
		'A': "TDES with CBC, KBEK", 'B': "TDES with CBC, KBEK", 'C': "TDES with CBC, KBEK", 'D': "AES with CBC, KBEK", 'E': "AES with CTR, KBEK",
	} {
		h := keyblock.Header{Version: version, Usage: "P0", Algorithm: 'T', Mode: 'E', Exportability: 'N'}
		block := madeBlock(t, h, kbpk, unhex(t, kbpk2))
		x, err := explain.KeyBlock(t.Context(), block, kbpk)
		require.NoError(t, err)
		found := ""
		for _, s := range x.Steps {
			for _, r := range s.Rows {
				if r.Op == explain.Decipher {
					found = r.With
				}
			}
		}
		require.Equal(t, with, found)
		if version >= 'D' {
			last := x.Steps[3].Rows[5]
			require.Equal(t, "KBEK, block 2", last.Name)
			require.Len(t, last.Value(), 32)
			require.Equal(t, explain.Skipped, last.Parts[1].Kind)
			require.Len(t, last.Parts[1].Text, 16)
		}
	}
}

// Every character of a good block is of some kind, and says what it is.
func TestKeyBlockKinds(t *testing.T) {
	t.Parallel()
	label, err := keyblock.NewLB("terminals")
	require.NoError(t, err)
	ks, err := keyblock.NewKS(make([]byte, 10))
	require.NoError(t, err)
	long := keyblock.OptionalBlock{ID: "10", Data: strings.Repeat("x", 300)}
	for version := byte('A'); version <= 'E'; version++ {
		h := keyblock.Header{
			Version: version, Usage: "B0", Algorithm: 'T', Mode: 'X', Exportability: 'E',
			Optional: []keyblock.OptionalBlock{label, ks, long},
		}
		block := madeBlock(t, h, unhex(t, kbpkC), unhex(t, kbpk2))
		for _, kbpk := range [][]byte{nil, unhex(t, kbpkC)} {
			x, err := explain.KeyBlock(t.Context(), block, kbpk)
			require.NoError(t, err)
			row := blockRow(t, x)
			require.Equal(t, block, row.Value())
			for _, p := range row.Parts {
				require.NotEmpty(t, p.Text)
				require.NotEmpty(t, p.Kind, p.Text)
				require.NotEmpty(t, p.Note, p.Text)
			}
			require.Contains(t, x.Text(), "0004")
			require.Contains(t, x.Text(), "its length, in hex: 310 characters")
			require.Contains(t, x.Text(), "initial key serial number of TDES DUKPT")
			require.Zero(t, wrongOnes(x))
			jsonAgain(t, x)
		}
	}
}

// A context that is over ends the explanation with its error, where there are keys to
// be derived by a KBPK that may be slow.
func TestKeyBlockContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for block, kbpk := range map[string]string{blockB: kbpk2, blockC: kbpkC} {
		x, err := explain.KeyBlock(ctx, block, unhex(t, kbpk))
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, block, blockRow(t, x).Value())
	}
}

// A KBPK of the wrong length is told, behind the fields.
func TestKeyBlockKBPKLength(t *testing.T) {
	t.Parallel()
	for n := range 40 {
		x, err := explain.KeyBlock(t.Context(), blockB, make([]byte, n))
		require.Equal(t, blockB, blockRow(t, x).Value())
		if n == 16 || n == 24 {
			require.ErrorIs(t, err, keyblock.ErrMAC)
			continue
		}
		require.ErrorIs(t, err, keyblock.ErrKBPK)
		require.Equal(t, explain.Wrong, namedFact(x, "KBPK").Kind)
	}
}
