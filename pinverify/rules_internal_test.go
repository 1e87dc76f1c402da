package pinverify

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCommonestArePINs(t *testing.T) {
	t.Parallel()
	_, err := ParseExclusions(commonest)
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, pin := range commonest {
		require.False(t, seen[pin], "%s is in the list twice", pin)
		seen[pin] = true
	}
	require.False(t, commonPINs().IsZero())
}
