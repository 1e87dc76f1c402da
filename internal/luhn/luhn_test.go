package luhn

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestKnown(t *testing.T) {
	t.Parallel()
	for _, number := range []string{"79927398713", "4111111111111111", "5555555555554444", "4012888888881881", "0", "18"} {
		require.Equal(t, number[len(number)-1], Digit(number[:len(number)-1]), number)
		require.True(t, Valid(number), number)
	}
}

// TestOneDigit finds every change of one digit, which is what the scheme is for.
func TestOneDigit(t *testing.T) {
	t.Parallel()
	number := "4111111111111111"
	for i := range number {
		for d := '0'; d <= '9'; d++ {
			changed := number[:i] + string(d) + number[i+1:]
			require.Equal(t, changed == number, Valid(changed), changed)
		}
	}
	require.True(t, Valid(strings.Repeat("0", 19)))
}
