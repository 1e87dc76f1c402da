package ontoken

import (
	"errors"
	"fmt"

	"github.com/pinion-hsm/pinion/internal/draw"
	"github.com/pinion-hsm/pinion/internal/veil"
	"github.com/pinion-hsm/pinion/pinblock"
)

// errFormat is returned for formats that [Opens] and [Seals] say no to.
var errFormat = fmt.Errorf("ontoken: %w: on a token there are the formats ISO-0, ISO-1, ISO-3 and ISO-4 only", errors.ErrUnsupported)

// layout is a format's field, C L P P P P f f f f f f f f F F: control nibble,
// length, digits and fill, ISO 9564-1:2017 9.3 and 9.4.2.
type layout struct {
	control uint64
	fill    alphabet
	digit   uint64 // the fill, where it is fixed
	bound   bool   // XOR the 12 rightmost digits of the PAN
}

// alphabet is what fill is made of.
type alphabet uint8

const (
	fixed alphabet = iota // one nibble
	anyHex
	aToF
)

// The index of a layout in layouts is its row in [Marks].
var layouts = [...]layout{
	{control: 0, fill: fixed, digit: 0xf, bound: true},
	{control: 1, fill: anyHex},
	{control: 3, fill: aToF, bound: true},
	{control: 4, fill: fixed, digit: 0xa}, // the left half; the right half is random
}

// row returns the index of a format's layout, -1 where it has none.
func row(f pinblock.Format) int {
	if !f.Valid() {
		return -1
	}
	switch f.Base() {
	case pinblock.ISO0:
		return 0
	case pinblock.ISO1:
		return 1
	case pinblock.ISO3:
		return 2
	case pinblock.ISO4:
		return 3
	}
	return -1
}

// Opens reports whether [Bench.Open] takes blocks of a format: ISO-0, 1, 3 and 4,
// with whatever settings package pinblock allows on them.
func Opens(f pinblock.Format) bool { return row(f) >= 0 }

// Seals reports whether [Bench.Seal] makes blocks of a format: those that it opens.
func Seals(f pinblock.Format) bool { return row(f) >= 0 }

// check returns the row of a format, and what is wrong with the input, as package
// pinblock would say it.
func check(f pinblock.Format, key Key, pan pinblock.PAN) (int, error) {
	r := row(f)
	switch {
	case !f.Valid():
		return r, pinblock.ErrFormat
	case r < 0:
		return r, errFormat
	case key.BlockSize != f.BlockSize():
		return r, pinblock.ErrKeySize
	case pan.Len() < f.MinPANLength():
		return r, pinblock.ErrPANLength
	}
	return r, nil
}

// panMask returns what a PAN changes in a field of 8 bytes.
func (l *layout) panMask(pan pinblock.PAN) uint64 {
	if !l.bound {
		return 0
	}
	_, lo := pan.Veiled()
	return veil.Reveal(lo) >> 4 & 0xffff_ffff_ffff
}

// frame returns a field of n digits without its digits, the fill drawn where it is
// random.
func (l *layout) frame(n int) uint64 {
	return l.head(n) | l.draw(n)&fillMask(n)
}

// head returns control nibble and length of a field.
func (l *layout) head(n int) uint64 { return l.control<<60 | uint64(n)<<56 }

// draw returns a word whose nibbles can be fill from nibble 2+n on.
func (l *layout) draw(n int) uint64 {
	switch l.fill {
	case anyHex:
		return draw.Uint64()
	case aToF:
		w, _ := draw.Digits(14-n, 6, func() (uint64, error) { return draw.Uint64(), nil })
		return w>>(4*(2+n)) + repeat(0xa)
	}
	return repeat(l.digit)
}

// fillMask is F in the fill of a field of n digits.
func fillMask(n int) uint64 { return ^uint64(0) >> (4 * (2 + n)) }

// repeat returns the nibble d sixteen times.
func repeat(d uint64) uint64 { return d * 0x1111_1111_1111_1111 }
