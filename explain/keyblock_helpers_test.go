package explain_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys/keyblock"
	"github.com/pinion-hsm/pinion/keys/keyblock/clearblock"
)

const (
	kbpk2  = "DD7515F2BFC17F85CE48F3CA25CB21F6"
	blockB = "B0080P0TE00E000094B420079CC80BA3461F86FE26EFC4A3B8E4FA4C5F5341176EED7B727B8A248E"
	kbpkC  = "00112233445566778899AABBCCDDEEFF"
	blockC = "C0072P0TE00N0000D8A6C0A9654CBDB862F7F6E633D0B12791AFA0E6778BEAFD010EC262"
)

// madeBlock returns a block of a version with padding of its own.
func madeBlock(t testing.TB, h keyblock.Header, kbpk, key []byte) string {
	t.Helper()
	k, err := clearblock.NewKBPK(h.Version, kbpk)
	require.NoError(t, err)
	block, err := clearblock.Wrap(t.Context(), k, h, key, nil, allowAllBlocks()...)
	require.NoError(t, err)
	return block
}

func allowAllBlocks() []keyblock.Option {
	return []keyblock.Option{keyblock.AllowVariantBinding(), keyblock.AllowWeakerKBPK(), keyblock.AllowInconsistentHeader()}
}

// blockRow is the first row of a key block's explanation: the text itself.
func blockRow(t testing.TB, x explain.Explanation) explain.Row {
	t.Helper()
	require.NotEmpty(t, x.Steps)
	require.NotEmpty(t, x.Steps[0].Rows)
	require.Equal(t, explain.Text, x.Steps[0].Rows[0].Unit)
	return x.Steps[0].Rows[0]
}

// namedFact returns a fact of the answer or of a step, "" if there is none.
func namedFact(x explain.Explanation, name string) (f explain.Fact) {
	all := x.Answer
	for _, s := range x.Steps {
		all = append(all[:len(all):len(all)], s.Facts...)
	}
	for _, f := range all {
		if f.Name == name {
			return f
		}
	}
	return f
}

// wrongOnes counts the parts and facts that are marked wrong.
func wrongOnes(x explain.Explanation) (n int) {
	for _, s := range x.Steps {
		for _, r := range s.Rows {
			for _, p := range r.Parts {
				if p.Kind == explain.Wrong {
					n++
				}
			}
		}
		for _, f := range s.Facts {
			if f.Kind == explain.Wrong {
				n++
			}
		}
	}
	return n
}

func titlesOf(x explain.Explanation) (titles []string) {
	for _, s := range x.Steps {
		titles = append(titles, s.Title)
	}
	return titles
}

func jsonAgain(t testing.TB, x explain.Explanation) {
	t.Helper()
	line, err := json.Marshal(x)
	require.NoError(t, err)
	var again explain.Explanation
	require.NoError(t, json.Unmarshal(line, &again))
	require.Equal(t, x, again)
}
