package hsm_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/pinblock"
)

// TestTables has the two published tables cell by cell, as text: a row is the
// incoming format, a column the outgoing one. y yes, n no, s same PAN, 4 and 6
// PINs of 4 and of 4 to 6 digits, c towards a chip card.
func TestTables(t *testing.T) {
	t.Parallel()
	rules := map[byte]hsm.Rule{'y': hsm.Yes, 'n': hsm.No, 's': hsm.SamePAN, '4': hsm.Length4, '6': hsm.Length4To6, 'c': hsm.ICCOnly}
	for _, table := range []struct {
		policy  hsm.Policy
		formats []pinblock.Format
		rows    []string
	}{
		{hsm.PolicyPCIPIN(),
			[]pinblock.Format{pinblock.ISO0, pinblock.ISO1, pinblock.ISO2, pinblock.ISO3, pinblock.ISO4, pinblock.VISA4, pinblock.IBM3624},
			[]string{
				"snc" + "ssnn",
				"yyc" + "yynn",
				"nnc" + "nnnn",
				"snc" + "ssnn",
				"snc" + "ssnn",
				"nnn" + "nnnn",
				"nnn" + "nnnn",
			}},
		{hsm.PolicyIBMCCA(),
			[]pinblock.Format{pinblock.ISO0, pinblock.ISO1, pinblock.ISO2, pinblock.ISO3, pinblock.ECI2, pinblock.ECI3,
				pinblock.VISA2, pinblock.VISA3, pinblock.IBM3621, pinblock.IBM3624, pinblock.IBM4704},
			[]string{
				"snyy" + "nnnnnnn",
				"yyyy" + "nnnnnnn",
				"nnyn" + "nnnnnnn",
				"snyy" + "nnnnnnn",
				"nnnn" + "yyyyyyy",
				"nnnn" + "4yyyyyy",
				"nnnn" + "4yyyyyy",
				"nnnn" + "466yyyy",
				"nnnn" + "466yyyy",
				"nnnn" + "466yyyy",
				"nnnn" + "466yyyy",
			}},
	} {
		for i, from := range table.formats {
			for j, to := range table.formats {
				require.Equal(t, rules[table.rows[i][j]], table.policy.Rule(from, to), "%v: %v to %v", table.policy, from, to)
			}
		}
	}
}

func TestParsePolicy(t *testing.T) {
	t.Parallel()
	for _, p := range hsm.Policies() {
		got, err := hsm.ParsePolicy(" " + p.String())
		require.NoError(t, err)
		require.Equal(t, p.String(), got.String())
	}
	_, err := hsm.ParsePolicy("anything\ngoes")
	require.ErrorContains(t, err, "pci-pin")
	require.NotContains(t, err.Error(), "\n")
	require.Equal(t, hsm.No, hsm.Policy{}.Rule(pinblock.ISO0, pinblock.ISO0), "no policy allows nothing")
	require.Equal(t, hsm.No, hsm.PolicyOpen().Rule(0, pinblock.ISO0))
	require.Equal(t, hsm.SamePAN, hsm.PolicyPCIPIN().Rule(pinblock.ISO4.WithRightmost12(), pinblock.ISO0), "settings change no rule")
}
