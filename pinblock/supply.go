package pinblock

import (
	"encoding/binary"

	"github.com/pinion-hsm/pinion/internal/draw"
)

// supply is random words, of which the system is asked for many at once.
type supply struct {
	words [4096]byte
	left  int // bytes that were not used yet, at the end
	drawn bool
}

// next is a [words].
func (s *supply) next() (uint64, error) {
	if s.left == 0 {
		draw.Fill(s.words[:])
		s.left, s.drawn = len(s.words), true
	}
	w := binary.BigEndian.Uint64(s.words[len(s.words)-s.left:])
	s.left -= 8
	return w, nil
}

// wipe forgets what was drawn: it may be in a clear block.
func (s *supply) wipe() {
	if s.drawn {
		clear(s.words[:])
		s.left, s.drawn = 0, false
	}
}
