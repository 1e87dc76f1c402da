package bitdes

import (
	"sync"

	"github.com/pinion-hsm/pinion/internal/overlap"
)

// scratch is the memory of one call. It is on the heap, where the allocator
// aligns it to lines of the cache, and used again.
type scratch struct {
	state  [64]row
	pad    [batchBytes]byte // a batch that is not full
	part   [batchBytes]byte // one part of the keys of all lanes
	keys   keyTable
	narrow [64]uint64
}

// batchBytes is the size of the largest batch.
const batchBytes = 512 * blockSize

var scratches = sync.Pool{New: func() any { return new(scratch) }}

func getScratch() *scratch { return scratches.Get().(*scratch) }

// release wipes s and lets another call have it.
func (s *scratch) release(keys bool) {
	s.wipe(keys)
	scratches.Put(s)
}

// wipe clears what the call has left, with the keys of lanes if there were any.
func (s *scratch) wipe(keys bool) {
	clear(s.state[:])
	clear(s.pad[:])
	clear(s.narrow[:])
	if keys {
		clear(s.part[:])
		s.keys = keyTable{}
	}
}

// batch is one batch of e: len(src) is not more than it has lanes for. The lanes
// that are left over run too, on what is in the pad, and are dropped.
func (s *scratch) batch(e engine, dst, src []byte, k *keyTable, d direction) {
	if len(src) == e.lanes()*blockSize {
		e.crypt(s, dst, src, k, d)
		return
	}
	whole := s.pad[:e.lanes()*blockSize]
	copy(whole, src)
	e.crypt(s, whole, whole, k, d)
	copy(dst, whole)
}

// checkData returns an error unless dst and src hold whole blocks, as many, in
// the same place or in two.
func checkData(dst, src []byte) error {
	if len(src)%blockSize != 0 || len(dst) != len(src) {
		return ErrSize
	}
	if overlap.Inexact(dst, src) {
		return ErrOverlap
	}
	return nil
}
