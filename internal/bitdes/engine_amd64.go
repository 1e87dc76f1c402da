//go:build amd64 && !purego

package bitdes

import "golang.org/x/sys/cpu"

// widest is the widest engine that this machine has.
var widest = detect()

func detect() engine {
	switch {
	case cpu.X86.HasAVX512F && cpu.X86.HasAVX2:
		return avx512
	case cpu.X86.HasAVX2:
		return avx2
	default:
		return pureGo
	}
}

// fit is the engine, not wider than e, for n blocks. A batch costs the same full
// or not: one of 256 lanes less than one of 64 in pure Go, and one of 512 less
// than two of 256. BenchmarkBatch has the figures.
func (e engine) fit(n int) engine {
	if e == avx512 && n <= avx2.lanes() {
		return avx2
	}
	return e
}

func (e engine) crypt(s *scratch, dst, src []byte, k *keyTable, d direction) {
	order := wideEncryption
	if d == backward {
		order = wideDecryption
	}
	// The assembly takes pointers; the lengths are checked here.
	to, from := &dst[:e.lanes()*blockSize][0], &src[:e.lanes()*blockSize][0]
	switch e {
	case avx512:
		load512(&s.state[0][0], from)
		rounds512(&s.state[0][0], &k.wide[0][0], &order[0][0])
		store512(to, &s.state[0][0])
	case avx2:
		load256(&s.state[0][0], from)
		rounds256(&s.state[0][0], &k.wide[0][0], &order[0][0])
		store256(to, &s.state[0][0])
	default:
		cryptNarrow(s, dst, src, k, d)
	}
}

// slice transposes one part of the keys of all lanes.
func (e engine) slice(k *keyTable, part int, keys *[batchBytes]byte) {
	switch e {
	case avx512:
		load512(&k.wide[64*part][0], &keys[0])
	case avx2:
		load256(&k.wide[64*part][0], &keys[0])
	default:
		sliceNarrow(k, part, keys)
	}
}

// third makes the first part of the keys also the third.
func (e engine) third(k *keyTable) {
	if e == pureGo {
		thirdNarrow(k)
		return
	}
	copy(k.wide[128:], k.wide[:64])
}
