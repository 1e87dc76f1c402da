package ontoken

import (
	"encoding/binary"

	"github.com/pinion-hsm/pinion/internal/draw"
)

// rebuild makes a field of size bytes, 8 or 16, of one whose fill is not known:
// the digits are cut out, and put into a frame that is combined with the PAN. The
// right half of 16 bytes is random. An even number of digits takes 3 calls. An odd
// one takes 5, or 4 if there is no PAN: their end is in the middle of a byte, so
// they come out of one shifted by a nibble and are shifted back.
func (b *Bench) rebuild(x *Field, frame, pan uint64, size int) (Object, error) {
	if x.n%2 != 0 {
		return b.rebuildOdd(x, frame, pan, size)
	}
	o, err := b.hold(b.t.Extract(x.block, 0, 1+x.n/2))
	if err != nil {
		return 0, err
	}
	if o, err = b.appendRest(o, frame, x.n, size); err != nil {
		return 0, err
	}
	return b.xorLeft(o, (x.frame^frame)&^fillMask(x.n)^pan, size)
}

// rebuildOdd takes length and digits, which are an even number of nibbles, and puts
// a byte before them whose right nibble is the control nibble, and fill behind
// them; then the first nibble is left out.
func (b *Bench) rebuildOdd(x *Field, frame, pan uint64, size int) (Object, error) {
	bit, n := x.digits()
	o, err := b.hold(b.t.Extract(x.block, bit, n))
	if err != nil {
		return 0, err
	}
	b.in[0] = byte(frame >> 60)
	if o, err = b.hold(b.t.Prepend(b.in[:1], o)); err != nil {
		return 0, err
	}
	if o, err = b.appendRest(o, frame, x.n, size); err != nil {
		return 0, err
	}
	if o, err = b.hold(b.t.Extract(o, 4, size)); err != nil {
		return 0, err
	}
	if pan == 0 {
		return o, nil
	}
	return b.xorLeft(o, pan, size)
}

// appendRest appends the frame from its fill on, and random bytes if it is to be 16
// bytes long; to digits that are shifted by a nibble, one nibble more.
func (b *Bench) appendRest(o Object, frame uint64, n, size int) (Object, error) {
	random := draw.Uint64()
	shift := 4 * uint(2+n)
	binary.BigEndian.PutUint64(b.in[:], frame<<shift|random>>(64-shift))
	binary.BigEndian.PutUint64(b.in[8:], random<<shift)
	return b.hold(b.t.Append(o, b.in[:(2*size-1-n)/2]))
}

// xorLeft combines the left 8 of size bytes with a mask.
func (b *Bench) xorLeft(o Object, mask uint64, size int) (Object, error) {
	return b.hold(b.t.XOR(o, b.words(mask, 0)[:size]))
}
