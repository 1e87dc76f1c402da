package veil

import (
	"fmt"
	"math/bits"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHideReveal(t *testing.T) {
	t.Parallel()
	for _, v := range []uint64{0, 1, 0x1234ffffffffffff, 0xffffffffffffffff, 0x9999999999999999, 16 << 12} {
		w := Hide(v)
		require.False(t, IsZero(w))
		require.Equal(t, v, Reveal(w))
	}
	require.True(t, IsZero(Word{}))
	require.Equal(t, uint64(1), factor1*inverse1)
	require.Equal(t, uint64(1), factor2*inverse2)
}

// TestNothingValidIsHiddenAsZero walks the only value that is.
func TestNothingValidIsHiddenAsZero(t *testing.T) {
	t.Parallel()
	require.True(t, IsZero(Hide(key)))
	require.Equal(t, uint64(0xa), key>>60, "no digit and no fill begins with A")
}

// TestOneKnownWordDoesNotTellAnother is what a plain mask would fail: there the
// difference of two hidden words is the difference of their values.
func TestOneKnownWordDoesNotTellAnother(t *testing.T) {
	t.Parallel()
	const known = 0x1234ffffffffffff
	changed := 0
	for i := range uint64(1000) {
		other := known ^ (i+1)<<44
		if Hide(known).v^Hide(other).v == known^other {
			t.Fatal("the noise differs just as the values do")
		}
		changed += bits.OnesCount64(Hide(known).v ^ Hide(other).v)
	}
	require.Greater(t, changed/1000, 16, "few bits of the noise change with the value")
}

func TestPrintsNoise(t *testing.T) {
	t.Parallel()
	type holder struct{ w Word }
	for _, verb := range []string{"%v", "%+v", "%#v", "%x", "%d", "%s"} {
		for _, v := range []any{Hide(0x1234567890123456), holder{Hide(0x1234567890123456)}} {
			text := fmt.Sprintf(verb, v)
			require.NotContains(t, text, "12345678")
			require.NotContains(t, text, fmt.Sprint(uint64(0x1234567890123456)))
		}
	}
}

func TestBlock(t *testing.T) {
	t.Parallel()
	hi, lo, size := RevealBlock(HideBlock(1, 2, 16))
	require.Equal(t, []any{uint64(1), uint64(2), 16}, []any{hi, lo, size})
	var v any = struct{ b Block }{HideBlock(0x041225eeeeeeeeee, 0, 8)}
	require.NotContains(t, fmt.Sprintf("%x", v), "41225eeee")
}
