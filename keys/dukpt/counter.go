package dukpt

import (
	"iter"
	"math/bits"
)

// counter is what a standard says of transaction counters: how long they are, how
// many one bits a terminal's may have, which is how many steps the host takes, and
// how many the host bears with.
type counter struct{ length, ones, host int }

// An AES host bears with one bit more than a terminal has. No terminal sends
// 0001FFFF, but published test data counts up to it, the largest counter before
// the first gap, and other hosts have a key for it.
var (
	tdesCounter = counter{length: 21, ones: 10, host: 10} // X9.24-1:2009 A.3, X9.24-3:2017 C.4
	aesCounter  = counter{length: 32, ones: 16, host: 17} // X9.24-3:2017 6.1
)

func (r counter) mask() uint32 { return uint32(1<<r.length - 1) }

// next returns the least counter above c that has not too many one bits, and
// whether there is one.
func (r counter) next(c uint32) (uint32, bool) {
	n := uint64(c) + 1
	for bits.OnesCount64(n) > r.ones {
		n += n & -n // all counters between have more one bits still
	}
	return uint32(n), n <= uint64(r.mask())
}

// prefixes are the counters on the way from zero down to c: its one bits set one
// by one from the left.
func prefixes(c uint32) iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for at := uint32(0); at != c; {
			at |= 1 << (bits.Len32(c^at) - 1)
			if !yield(at) {
				return
			}
		}
	}
}
