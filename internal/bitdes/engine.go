package bitdes

// engine is one of the implementations.
type engine int

const (
	pureGo engine = iota // 64 lanes
	avx2                 // 256
	avx512               // 512
)

type direction int

const (
	forward direction = iota
	backward
)

// lanes is how many blocks e works on at once.
func (e engine) lanes() int {
	switch e {
	case avx512:
		return 512
	case avx2:
		return 256
	default:
		return 64
	}
}

// cryptNarrow is the batch of the pure Go implementation.
func cryptNarrow(s *scratch, dst, src []byte, k *keyTable, d direction) {
	order := encryption
	if d == backward {
		order = decryption
	}
	load64(&s.narrow, src)
	rounds64(&s.narrow, &k.narrow, order)
	store64(dst, &s.narrow)
}

// sliceNarrow transposes one part of the keys of 64 lanes.
func sliceNarrow(k *keyTable, part int, keys *[batchBytes]byte) {
	load64((*[64]uint64)(k.narrow[64*part:]), keys[:64*blockSize])
}

// thirdNarrow makes the first part of the keys also the third.
func thirdNarrow(k *keyTable) { copy(k.narrow[128:192], k.narrow[:64]) }
