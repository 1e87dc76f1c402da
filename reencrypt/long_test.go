package reencrypt_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/reencrypt"
)

// TestLongRowOfLines has a row in a field of a row that is too long: it is no row, and
// does not come out. Nor does it matter where a run that does it was interrupted.
func TestLongRowOfLines(t *testing.T) {
	t.Parallel()
	var device counting
	r := newRig(t, device.wrap)
	inner := card{"inner", "4111111111111111", "1234"}
	line := "inner," + inner.pan + "," + seal(t, r.zpk1, pinblock.ISO0, inner) + ",z\n"
	first := table(t, r, cards(600), 0)
	_, last, _ := strings.Cut(table(t, r, cards(700), 0), "\n")
	o := r.options(t, write(t, "in.csv", first+"long,,,\"\n"+strings.Repeat(line, 3000)+"\"\n"+last))
	device.fail = from(8, errGone)
	o.Resume = true
	_, err := reencrypt.Run(t.Context(), o)
	require.ErrorIs(t, err, errGone)
	device.fail = nil
	m, err := reencrypt.Run(t.Context(), o)
	require.NoError(t, err)
	require.EqualValues(t, 1301, m.Rows)
	require.Equal(t, map[reencrypt.Reason]int64{reencrypt.TooLong: 1}, m.Reasons)
	require.NotContains(t, read(t, o.Out), "inner")
	require.Contains(t, read(t, o.Rejects), "\n601,,,too-long,")
}
