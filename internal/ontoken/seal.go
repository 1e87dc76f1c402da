package ontoken

import (
	"github.com/pinion-hsm/pinion/internal/draw"
	"github.com/pinion-hsm/pinion/pinblock"
)

// Seal makes a block of the PIN in a field and wraps it, as [pinblock.Seal] does.
// Random fill is drawn anew for each block. Errors about the input are those of
// package pinblock; for a format that is not done on a token the error wraps
// errors.ErrUnsupported. Errors of the token are returned as they are.
func (b *Bench) Seal(f pinblock.Format, key Key, field Field, pan pinblock.PAN) ([]byte, error) {
	row, err := check(f, key, pan)
	if err != nil {
		return nil, err
	}
	if field.IsZero() {
		return nil, pinblock.ErrPIN
	}
	out := make([]byte, f.BlockSize())
	if len(out) == 16 {
		return b.sealLong(f, key, &field, pan, out)
	}
	o, err := b.short(&field, &layouts[row], pan)
	if err != nil {
		return nil, err
	}
	if err := b.t.Wrap(key, o, out); err != nil {
		return nil, err
	}
	return out, nil
}

// short makes the 8 bytes of a block.
func (b *Bench) short(x *Field, to *layout, pan pinblock.PAN) (Object, error) {
	pm := to.panMask(pan)
	switch {
	case x.layout().fill != anyHex:
	case to.fill == anyHex:
		// Fill that is not known becomes new fill: random nibbles combined with
		// any others are as random, and tell nothing of those.
		return b.xor(x.block, to.draw(x.n)&fillMask(x.n))
	default:
		return b.rebuild(x, to.frame(x.n), pm, 8)
	}
	mask := x.frame ^ to.frame(x.n) ^ pm
	o := x.half
	switch {
	case !x.isLong():
		o, mask = x.block, mask^x.pan
	case o == 0:
		var err error
		if o, err = b.hold(b.t.Extract(x.block, 0, 8)); err != nil {
			return 0, err
		}
	}
	if mask == 0 { // the very block that was unwrapped
		return o, nil
	}
	return b.xor(o, mask)
}

// sealLong makes a block of ISO-4. What comes of the first wrapping is ciphertext:
// it is combined here with the PAN field, which is public, and goes back to be
// wrapped again, ISO 9564-1:2017 9.4.4.
func (b *Bench) sealLong(f pinblock.Format, key Key, x *Field, pan pinblock.PAN, out []byte) ([]byte, error) {
	o, err := b.long(x)
	if err != nil {
		return nil, err
	}
	if err := b.t.Wrap(key, o, out); err != nil {
		return nil, err
	}
	if err := xorPANField(out, f, pan); err != nil {
		return nil, err
	}
	if o, err = b.hold(b.t.Create(out)); err != nil {
		return nil, err
	}
	if err := b.t.Wrap(key, o, out); err != nil {
		return nil, err
	}
	return out, nil
}

// long makes the 16 bytes of the PIN field of ISO-4, the right half random.
func (b *Bench) long(x *Field) (Object, error) {
	to := &layouts[len(layouts)-1]
	switch {
	case x.isLong(): // new random bytes, as in short
		return b.hold(b.t.XOR(x.block, b.words(0, draw.Uint64())))
	case x.layout().fill == anyHex:
		return b.rebuild(x, to.frame(x.n), 0, 16)
	}
	o, err := b.xor(x.block, x.frame^to.frame(x.n)^x.pan)
	if err != nil {
		return 0, err
	}
	return b.hold(b.t.Append(o, b.word(draw.Uint64())))
}
