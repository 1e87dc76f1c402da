package pinblock

import (
	"context"

	"github.com/pinion-hsm/pinion/internal/fault"
	"github.com/pinion-hsm/pinion/internal/veil"
)

// The functions of this file are the door that pinblock/clear goes through.
// They are exported because clear is another package, and useless to everybody
// else: what goes in and what comes out is hidden in types that only packages
// of this module can make or look into.

// VeiledEncode returns the clear block of a PIN, hidden; for ISO-4 its PIN field.
func VeiledEncode(f Format, pin PIN, pan PAN, x *veil.Extras) (veil.Block, error) {
	l, err := f.layout()
	if err != nil {
		return veil.Block{}, err
	}
	hi, lo, err := l.encode(f, pin, pan, x)
	if err != nil {
		return veil.Block{}, err
	}
	return veil.HideBlock(hi, lo, l.size), nil
}

// VeiledDecode returns the PIN in a clear block, or every fault found in it.
func VeiledDecode(f Format, b veil.Block, pan PAN, x *veil.Extras) (PIN, fault.Set, error) {
	l, err := f.layout()
	if err != nil {
		return PIN{}, 0, err
	}
	hi, _, size := veil.RevealBlock(b)
	if size != l.size {
		return PIN{}, 0, ErrBlockSize
	}
	return l.decode(f, hi, pan, x)
}

// VeiledInspect returns the PIN field of a clear block, hidden, what it is combined
// with (of ISO-4 zeros: see VeiledPANField), and what its nibbles are for.
func VeiledInspect(f Format, b veil.Block, pan PAN, x *veil.Extras) (field, mask veil.Block, nibbles []Nibble, err error) {
	l, err := f.layout()
	if err != nil {
		return field, mask, nil, err
	}
	hi, lo, size := veil.RevealBlock(b)
	if size != l.size {
		return field, mask, nil, ErrBlockSize
	}
	if !l.takes(f, pan) {
		return field, mask, nil, ErrPANLength
	}
	m, err := l.mask(pan, x)
	if err != nil {
		return field, mask, nil, err
	}
	return veil.HideBlock(hi^m, lo, size), veil.HideBlock(m, 0, size), l.outline(f, hi^m), nil
}

// VeiledPANField returns the PAN field of ISO-4, hidden.
func VeiledPANField(f Format, pan PAN) (veil.Block, error) {
	l, err := f.layout()
	if err != nil {
		return veil.Block{}, err
	}
	if l.bind != bindPANField {
		return veil.Block{}, ErrFormat
	}
	if !l.takes(f, pan) {
		return veil.Block{}, ErrPANLength
	}
	hi, lo := f.panField(pan)
	return veil.HideBlock(hi, lo, 16), nil
}

// VeiledSeal is [Seal] with what pinblock/clear may choose.
func VeiledSeal(ctx context.Context, dst []byte, key Encrypter, f Format, pin PIN, pan PAN, x *veil.Extras) ([]byte, error) {
	return seal(ctx, dst, key, f, pin, pan, x)
}

// VeiledOpen is [Open] with what pinblock/clear may choose, and the faults.
func VeiledOpen(ctx context.Context, key Decrypter, f Format, block []byte, pan PAN, x *veil.Extras) (PIN, fault.Set, error) {
	return open(ctx, key, f, block, pan, x)
}
