package lab

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestNothingWrongIsOutOfSight: a field that was not read is shown if it is wrong,
// and what is wrong with one that the panel does not have is said of all.
func TestNothingWrongIsOutOfSight(t *testing.T) {
	t.Parallel()
	f := &form{fields: []Field{panField, pinField}, used: map[string]bool{}}
	f.wrong("pin", "Look at it.")
	f.wrong("pin", "It stays as it was.")
	f.wrong("old-pin", "There is none.")
	a := f.finish()
	require.Equal(t, []string{"pin"}, a.Uses)
	require.Equal(t, map[string]string{"pin": "Look at it.", "": "There is none."}, a.Problems)
}
