package overlap_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/overlap"
)

func TestOverlap(t *testing.T) {
	t.Parallel()
	b := make([]byte, 8)
	for name, c := range map[string]struct {
		x, y         []byte
		any, inexact bool
	}{
		"nothing":               {nil, nil, false, false},
		"of nothing":            {b[4:4], b, false, false},
		"other memory":          {b, make([]byte, 8), false, false},
		"one behind the other":  {b[:4], b[4:], false, false},
		"the same":              {b, b, true, false},
		"the same, and shorter": {b[:2], b, true, false},
		"by a byte":             {b[:5], b[4:], true, true},
		"within":                {b, b[3:4], true, true},
		"by the last byte":      {b[7:], b, true, true},
	} {
		require.Equal(t, c.any, overlap.Any(c.x, c.y), name)
		require.Equal(t, c.any, overlap.Any(c.y, c.x), name)
		require.Equal(t, c.inexact, overlap.Inexact(c.x, c.y), name)
		require.Equal(t, c.inexact, overlap.Inexact(c.y, c.x), name)
	}
}
