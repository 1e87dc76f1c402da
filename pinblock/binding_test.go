package pinblock_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/pinblock"
)

func TestPANPart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		f           pinblock.Format
		n, from, to int
	}{
		{pinblock.ISO0, 16, 3, 15}, {pinblock.ISO0, 13, 0, 12}, {pinblock.ISO0, 12, 0, 0}, {pinblock.ISO3, 19, 6, 18},
		{pinblock.PNPL, 16, 3, 15}, {pinblock.VISA4, 19, 0, 12}, {pinblock.VISA4, 12, 0, 0},
		{pinblock.ISO4, 19, 0, 19}, {pinblock.ISO4, 1, 0, 1}, {pinblock.ISO4, 0, 0, 0},
		{pinblock.ISO4.WithRightmost12(), 19, 6, 18}, {pinblock.ISO4.WithRightmost12(), 12, 0, 0},
		{pinblock.ISO1, 16, 0, 0}, {pinblock.VISA41, 16, 0, 0}, {0, 16, 0, 0},
	} {
		from, to := c.f.PANPart(c.n)
		require.Equal(t, []int{c.from, c.to}, []int{from, to}, "%v of %d", c.f, c.n)
	}
}

func TestSource(t *testing.T) {
	t.Parallel()
	for _, f := range pinblock.Formats() {
		require.NotEmpty(t, f.Source(), f)
	}
	require.Equal(t, "ISO 9564-1:2017 9.3.2", pinblock.ISO0.Source())
	require.Empty(t, pinblock.Format(0).Source())
}
