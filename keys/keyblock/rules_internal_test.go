package keyblock

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys"
)

// Every usage that package keys knows has a rule, and every rule is made of
// algorithms and modes that have a name.
func TestRulesAreComplete(t *testing.T) {
	t.Parallel()
	n := 0
	for c := 'A'; c <= 'Z'; c++ {
		for d := '0'; d <= '9'; d++ {
			u := keys.Usage(string([]rune{c, d}))
			r, ok := rules[u]
			require.Equal(t, u.Valid(), ok, u)
			if !ok {
				continue
			}
			n++
			require.NotEmpty(t, r.algorithms)
			for i := range len(r.algorithms) {
				require.Contains(t, algorithmNames, r.algorithms[i])
			}
			for i := range len(r.modes) {
				require.Contains(t, modeNames, r.modes[i])
			}
			require.NotContains(t, r.modes, "N", "N goes with all")
		}
	}
	require.Len(t, rules, n)
}

// The blocks of X9.143 table 7, each with a name, and with a form where it is
// checked for one.
func TestKindsAreComplete(t *testing.T) {
	t.Parallel()
	for _, id := range strings.Fields("AL BI CT DA FL HM IK KC KP KS KV LB PB PK TC TS WP") {
		k, ok := kinds[id]
		require.True(t, ok, id)
		require.NotEmpty(t, k.name)
		require.Equal(t, k.check != nil, k.form != "", id)
	}
	require.Len(t, kinds, 17)
}

// The number of bytes of the key and padding decides the length of the block.
func TestPayload(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		version byte
		n, want int
	}{{'A', 6, 8}, {'B', 7, 16}, {'C', 24, 32}, {'D', 14, 16}, {'D', 15, 32}, {'E', 15, 17}} {
		require.Equal(t, c.want, versions[c.version].payload(c.n))
	}
}
