package explain_test

import (
	"crypto/rand"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys/keyblock"
)

const (
	// vector psec-un-36, whose key is malformed
	lengthKBPK  = "45454545454545454545454545454545"
	lengthBlock = "B0064M3TC00E00000398DC96A5DDB0EF61E26F8935173BD478DF9484050A672A"

	rightKBPK = "the KBPK is probably the right one"
	otherKBPK = "the KBPK is another"
)

// Under another KBPK the authenticator is wrong and the explanation ends there: what
// versions A and C would decipher is not shown.
func TestKeyBlockWrongKBPK(t *testing.T) {
	t.Parallel()
	for version := byte('A'); version <= 'E'; version++ {
		h := keyblock.Header{Version: version, Usage: "P0", Algorithm: 'T', Mode: 'E', Exportability: 'N'}
		block := madeBlock(t, h, unhex(t, kbpkC), unhex(t, kbpk2))
		x, err := explain.KeyBlock(t.Context(), block, unhex(t, kbpk2))
		require.ErrorIs(t, err, keyblock.ErrMAC)
		last := x.Steps[len(x.Steps)-1]
		require.Equal(t, "Check the authenticator", last.Title)
		compared := last.Rows[len(last.Rows)-1]
		require.Equal(t, explain.Compare, compared.Op)
		require.Equal(t, explain.Wrong, compared.Parts[0].Kind)
		require.NotEqual(t, last.Rows[len(last.Rows)-2].Value(), compared.Value())
		require.Equal(t, "no", namedFact(x, "authentic").Value)
		require.Empty(t, namedFact(x, "key").Value)
		require.Contains(t, strings.Join(x.Notes, " "), otherKBPK)
	}
}

// A changed header is told from a wrong KBPK by the length before the key. (In versions
// A and C the header's first eight characters are the IV, which covers the length.)
func TestKeyBlockChangedHeader(t *testing.T) {
	t.Parallel()
	for version := byte('A'); version <= 'E'; version++ {
		h := keyblock.Header{Version: version, Usage: "P0", Algorithm: 'T', Mode: 'E', Exportability: 'N'}
		block := madeBlock(t, h, unhex(t, kbpkC), unhex(t, kbpk2))
		x, err := explain.KeyBlock(t.Context(), block[:11]+"E"+block[12:], unhex(t, kbpkC))
		require.ErrorIs(t, err, keyblock.ErrMAC)
		require.Contains(t, strings.Join(x.Notes, " "), rightKBPK)
	}
	h := keyblock.Header{Version: 'B', Usage: "M7", Algorithm: 'H', Mode: 'C', Exportability: 'N'}
	block := madeBlock(t, h, unhex(t, kbpkC), make([]byte, 100))
	x, err := explain.KeyBlock(t.Context(), block[:11]+"E"+block[12:], unhex(t, kbpkC))
	require.ErrorIs(t, err, keyblock.ErrMAC)
	require.Contains(t, strings.Join(x.Notes, " "), rightKBPK)
}

// A length that cannot be, under the right authenticator, is the maker's.
func TestKeyBlockLengthInside(t *testing.T) {
	t.Parallel()
	x, err := explain.KeyBlock(t.Context(), lengthBlock, unhex(t, lengthKBPK))
	require.ErrorIs(t, err, keyblock.ErrMAC)
	require.Contains(t, x.Text(), "bits cannot be, there is room for")
	require.Contains(t, x.Text(), "equal: the block is authentic")
	require.Contains(t, strings.Join(x.Notes, " "), "whoever made the block wrote that")
	require.Equal(t, explain.Wrong, namedFact(x, "length of the key").Kind)
	require.Empty(t, namedFact(x, "authentic").Value)
}

// The check values in the optional blocks KP and KC are held against the keys.
func TestKeyBlockCheckValues(t *testing.T) {
	t.Parallel()
	good := func(b keyblock.OptionalBlock, err error) keyblock.OptionalBlock {
		require.NoError(t, err)
		return b
	}
	kbpk, key := unhex(t, kbpkC), unhex(t, kbpk2)
	for _, c := range []struct {
		kp, kc      keyblock.CheckValue
		kind, kind2 explain.Kind
	}{
		{keyblock.CheckValue{KCV: "FB0975"}, keyblock.CheckValue{KCV: "F7BAA8"}, explain.Right, explain.Right},
		{keyblock.CheckValue{KCV: "FB0976"}, keyblock.CheckValue{CMAC: true, KCV: "F7BAA8"}, explain.Wrong, explain.Wrong},
	} {
		h := keyblock.Header{
			Version: 'B', Usage: "P0", Algorithm: 'T', Mode: 'E', Exportability: 'N',
			Optional: []keyblock.OptionalBlock{good(keyblock.NewKP(c.kp)), good(keyblock.NewKC(c.kc))},
		}
		x, err := explain.KeyBlock(t.Context(), madeBlock(t, h, kbpk, key), kbpk)
		require.NoError(t, err)
		require.Equal(t, c.kind, namedFact(x, "optional block KP").Kind)
		require.Equal(t, c.kind2, namedFact(x, "optional block KC").Kind)
	}
}

// What the library would refuse to make or to use is said.
func TestKeyBlockNotes(t *testing.T) {
	t.Parallel()
	equal := strings.Repeat("0123456789ABCDEF", 2)
	for _, c := range []struct {
		version, algorithm byte
		key, note          string
	}{
		{'B', 'T', kbpk2 + "0011223344556677", "weaker than the key that it protects"},
		{'D', 'T', equal, "The library does not work with this key"},
		{'C', 'T', kbpk2, "B is the TDES version to use"},
	} {
		h := keyblock.Header{Version: c.version, Usage: "P0", Algorithm: c.algorithm, Mode: 'E', Exportability: 'N'}
		x, err := explain.KeyBlock(t.Context(), madeBlock(t, h, unhex(t, kbpkC), unhex(t, c.key)), unhex(t, kbpkC))
		require.NoError(t, err)
		require.Len(t, x.Notes, 1)
		require.Contains(t, x.Notes[0], c.note)
	}
}

// A header that is refused is shown with what is wrong with it.
func TestWrapRefused(t *testing.T) {
	t.Parallel()
	kbpk, key := unhex(t, kbpkC), unhex(t, kbpk2)
	h := keyblock.Header{Version: 'D', Usage: "P0", Algorithm: 'T', Mode: 'G', Exportability: 'N'}
	x, err := explain.Wrap(t.Context(), kbpk, h, key, nil)
	require.ErrorIs(t, err, keyblock.ErrInconsistent)
	require.Equal(t, "the usage does not go with it", namedFact(x, "mode of use").Value)
	h.Usage, h.Version = "P0", 'C'
	_, err = explain.Wrap(t.Context(), kbpk, h, key, nil)
	require.ErrorIs(t, err, keyblock.ErrVariantBinding)
	x, err = explain.Wrap(t.Context(), kbpk[:5], h, key, nil)
	require.ErrorIs(t, err, keyblock.ErrKBPK)
	require.Equal(t, 1, wrongOnes(x))
	_, err = explain.Wrap(t.Context(), kbpk, keyblock.Header{Version: 'D'}, key, nil)
	require.ErrorIs(t, err, keyblock.ErrHeader)
}

// Text that is no block is shown as far as it can be read, with the mark in its place.
func TestKeyBlockBadText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		block, part, note string
	}{
		{"", "", ""},
		{"B00", "B00", "less than 16 characters"},
		{"Z0016P0TE00N0000", "Z", "not one of A to E"},
		{"B00x6P0TE00N0000", "00x6", "not four digits"},
		{"B0016P0TE00N0000FF", "0016", "another length"},
		{"B0016P0TE00N0200", "02", "too short for as many"},
		{"B0016P0TE00N0*00", "0*", "not two digits"},
		{"B0016P0\x1bE00N0000", "?", "not letters or digits"},
		{"B0016P0TE00Nó00", "??", "not two digits"},
		{"B0018P0TE00N0000FF", "FF", "too short"},
		{"B0080P0TE00N000094B420079CC80BA3461F86FE26EFC4A3B8E4FA4C5F5341176EED7B727B8A24GG", "94B420079CC80BA3461F86FE26EFC4A3B8E4FA4C5F5341176EED7B727B8A24GG", "not hex"},
		{"B0030P0TE00N0200LB07xyzKSZZ012", "KSZZ012", "not two hex digits"},
	} {
		for _, kbpk := range [][]byte{nil, unhex(t, kbpkC)} {
			x, err := explain.KeyBlock(t.Context(), c.block, kbpk)
			require.ErrorIs(t, err, keyblock.ErrHeader, c.block)
			require.Len(t, blockRow(t, x).Value(), len(c.block))
			require.NotContains(t, x.Text(), "\x1b")
			jsonAgain(t, x)
			for _, p := range blockRow(t, x).Parts {
				if p.Kind == explain.Wrong {
					require.Equal(t, c.part, p.Text)
					require.Contains(t, p.Note, c.note)
				}
			}
			require.Equal(t, c.block != "", wrongOnes(x) == 2, "a part and a fact: %d", wrongOnes(x))
		}
	}
}

// Whatever is pasted, there is an explanation of all of it, and the library's error.
func FuzzKeyBlock(f *testing.F) {
	f.Add(blockB, 16)
	f.Add(blockC, 0)
	f.Add("D0144B0TX01E0200LB0DterminalsPBFF", 24)
	f.Add("E0016P0TE00N0100LB00", 32)
	f.Add(fmt.Sprintf("B%04d%s", 5000, strings.Repeat("0", 4995)), 5)
	f.Fuzz(func(t *testing.T, block string, n int) {
		kbpk := make([]byte, n&0x3f)
		rand.Read(kbpk)
		x, err := explain.KeyBlock(t.Context(), block, kbpk)
		require.Error(t, err, "nobody has wrapped under a KBPK that was just drawn")
		require.NotContains(t, err.Error(), "internal error")
		require.Len(t, blockRow(t, x).Value(), len(block))
		require.Positive(t, wrongOnes(x))
		jsonAgain(t, x)
		require.Contains(t, x.Text(), x.Title)
	})
}
