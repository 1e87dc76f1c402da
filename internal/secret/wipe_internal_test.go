package secret

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The bytes are wiped when the last copy of a Bytes is gone, and not while one
// is left or lent.
func TestWipe(t *testing.T) {
	t.Parallel()
	wiped := make(chan []byte, 1)
	hold := func() func() {
		s := newBytes([]byte("0123456789abcdef"), func(b []byte) {
			clear(b)
			wiped <- b
		})
		copied := s
		return func() {
			Lend(copied, func(b []byte) {
				runtime.GC()
				require.Equal(t, "0123456789abcdef", string(b))
			})
		}
	}()
	for range 3 {
		runtime.GC()
		hold()
	}
	require.Empty(t, wiped, "wiped while held")
	hold = nil

	limit := time.After(time.Minute)
	for {
		runtime.GC()
		select {
		case b := <-wiped:
			require.Equal(t, make([]byte, 16), b)
			return
		case <-limit:
			t.Fatal("never wiped")
		default:
			runtime.Gosched()
		}
	}
}
