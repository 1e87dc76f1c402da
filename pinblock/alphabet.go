package pinblock

import (
	"github.com/pinion-hsm/pinion/internal/draw"
)

// alphabet is the set that random fill is drawn from.
type alphabet uint8

const (
	noFill  alphabet = iota
	hexFill          // 0 to F
	afFill           // A to F
	decFill          // 0 to 9
)

// words is a source of random words. It never fails.
type words func() (uint64, error)

// process is this process's generator.
func process() (uint64, error) { return draw.Uint64(), nil }

// draw returns count fill nibbles, left justified.
func (a alphabet) draw(count int, next words) uint64 {
	switch a {
	case hexFill:
		w, _ := next()
		return w
	case afFill:
		w, _ := draw.Digits(count, 6, next)
		return w + 0xaaaa_aaaa_aaaa_aaaa&^right(16-count)
	case decFill:
		w, _ := draw.Digits(count, 10, next)
		return w
	}
	return 0
}

// holds reports whether the first count nibbles of w are all of the alphabet.
func (a alphabet) holds(w uint64, count int) bool {
	switch a {
	case afFill:
		return tenUp(w)|right(16-count) == fillF
	case decFill:
		return tenUp(w)&^right(16-count) == 0
	}
	return true
}
