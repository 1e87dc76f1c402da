package explain_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys/keyblock"
	"github.com/pinion-hsm/pinion/keys/keyblock/clearblock"
	"github.com/pinion-hsm/pinion/testvectors"
)

// keyBlockVector is a vector of keyblock-tr31.json.
type keyBlockVector struct {
	in struct {
		KBPK, Header, Key, Version, Which string
		KeyBlock                          string `json:"key_block"`
		Pad                               *string
	}
	want struct {
		Key      string
		KeyBlock string `json:"key_block"`
	}
	refused bool
}

// TestKeyBlockVectors explains every vector that is about a block or a header. Those
// of tr31.header_new are about fields that no text holds.
func TestKeyBlockVectors(t *testing.T) {
	t.Parallel()
	ops := map[string]func(*testing.T, keyBlockVector){
		"tr31.unwrap": unwrapVector, "tr31.wrap": wrapVector, "tr31.derive": deriveVector, "tr31.header": headerVector,
	}
	f, err := testvectors.Load(testvectors.FS, "keyblock-tr31.json")
	require.NoError(t, err)
	seen := map[string]int{}
	for _, v := range f.Vectors {
		seen[v.Op]++
		explainVector := ops[v.Op]
		if v.Op == "tr31.header_new" {
			continue
		}
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			require.NotNil(t, explainVector, v.Op)
			c := keyBlockVector{refused: v.ExpectError != nil}
			require.NoError(t, json.Unmarshal(v.Inputs, &c.in))
			if !c.refused {
				require.NoError(t, json.Unmarshal(v.Expected, &c.want))
			}
			explainVector(t, c)
		})
	}
	require.Equal(t, map[string]int{"tr31.unwrap": 79, "tr31.wrap": 23, "tr31.derive": 16, "tr31.header": 28, "tr31.header_new": 15}, seen)
}

func unwrapVector(t *testing.T, v keyBlockVector) {
	kbpk := unhex(t, v.in.KBPK)
	x, err := explain.KeyBlock(t.Context(), v.in.KeyBlock, kbpk)
	require.Equal(t, v.in.KeyBlock, blockRow(t, x).Value())
	jsonAgain(t, x)
	require.Equal(t, v.refused, err != nil, "%v", err)
	require.Equal(t, v.refused, wrongOnes(x) > wrongHeader(t, v.in.KeyBlock), "what is wrong is marked")
	if v.refused {
		require.Equal(t, libraryRefuses(t, v.in.KeyBlock, kbpk), err.Error())
		require.Empty(t, namedFact(x, "key").Value)
		return
	}
	require.Equal(t, v.want.Key, namedFact(x, "key").Value)
	require.Equal(t, explain.Right, namedFact(x, "authentic").Kind)
}

// wrongHeader counts what is marked of a header that X9.143 does not allow, as some
// vectors have it.
func wrongHeader(t *testing.T, block string) int {
	t.Helper()
	h, err := keyblock.ParseHeader(block)
	if err != nil {
		return 0
	}
	x, err := explain.KeyBlock(t.Context(), h.String(), nil)
	require.NoError(t, err)
	return wrongOnes(x)
}

// libraryRefuses returns the library's error: of the form first, then of the KBPK.
func libraryRefuses(t *testing.T, block string, kbpk []byte) string {
	t.Helper()
	if _, _, _, err := keyblock.Split(block); err != nil {
		return err.Error()
	}
	k, err := clearblock.NewKBPK(block[0], kbpk)
	if err == nil {
		_, err = keyblock.Unwrap(t.Context(), k, block)
	}
	require.Error(t, err)
	return err.Error()
}

func wrapVector(t *testing.T, v keyBlockVector) {
	h, err := keyblock.ParseHeader(v.in.Header)
	if err != nil {
		require.True(t, v.refused)
		x, again := explain.KeyBlock(t.Context(), v.in.Header, nil)
		require.EqualError(t, again, err.Error())
		require.NotZero(t, wrongOnes(x))
		return
	}
	var pad []byte
	if v.in.Pad != nil {
		pad = append([]byte{}, unhex(t, *v.in.Pad)...)
	}
	x, err := explain.Wrap(t.Context(), unhex(t, v.in.KBPK), h, unhex(t, v.in.Key), pad, allowAllBlocks()...)
	jsonAgain(t, x)
	require.Equal(t, v.refused, err != nil, "%v", err)
	if v.refused {
		return
	}
	block := namedFact(x, "key block").Value
	last := x.Steps[len(x.Steps)-1].Rows
	require.Equal(t, block, last[len(last)-1].Value())
	if v.want.KeyBlock != "" {
		require.Equal(t, v.want.KeyBlock, block)
	}
	opened, err := explain.KeyBlock(t.Context(), block, unhex(t, v.in.KBPK))
	require.NoError(t, err)
	require.Equal(t, v.in.Key, namedFact(opened, "key").Value)
}

// deriveVector finds the derived key in the explanation of a block that is made for it.
func deriveVector(t *testing.T, v keyBlockVector) {
	require.False(t, v.refused)
	h := keyblock.Header{Version: v.in.Version[0], Usage: "K0", Algorithm: 'T', Mode: 'B', Exportability: 'E'}
	kbpk := unhex(t, v.in.KBPK)
	x, err := explain.KeyBlock(t.Context(), madeBlock(t, h, kbpk, unhex(t, kbpk2)), kbpk)
	require.NoError(t, err)
	name := map[string]string{"kbek": "KBEK", "kbak": "KBAK"}[v.in.Which]
	require.NotEmpty(t, name)
	found := namedFact(x, name).Value // of a key that is derived
	for _, s := range x.Steps {
		for _, r := range s.Rows {
			if r.Name == name { // of one that is a variant
				found = r.Value()
			}
		}
	}
	require.Equal(t, v.want.Key, found)
}

func headerVector(t *testing.T, v keyBlockVector) {
	x, err := explain.KeyBlock(t.Context(), v.in.Header, nil)
	jsonAgain(t, x)
	require.Equal(t, v.in.Header, blockRow(t, x).Value())
	require.Equal(t, v.refused, err != nil, "%v", err)
	if v.refused {
		require.NotZero(t, wrongOnes(x))
	}
}
