package clear

import "github.com/pinion-hsm/pinion/pinblock"

// Anatomy is a clear block taken apart without being judged, for a person to look
// at: [Decode] says whether it is a block at all.
type Anatomy struct {
	Field []byte // the PIN field: the block before anything is combined with it
	Mask  []byte // what it is combined with by exclusive or; zeros where that is nothing
	// Nibbles says what each nibble of Field is for and what may stand there, as
	// Decode reads it. It has as many members as Field has nibbles.
	Nibbles []pinblock.Nibble
}

// Inspect takes a clear block of 8 bytes apart, or the 16 bytes of a PIN field of
// ISO-4, whose PAN field is [PANField]'s. A block with faults is no error: where one
// is in a nibble, that nibble is not one of those allowed there.
func Inspect(f pinblock.Format, block []byte, pan pinblock.PAN, o *Options) (Anatomy, error) {
	x, err := o.extras()
	if err != nil {
		return Anatomy{}, err
	}
	b, err := hidden(block)
	if err != nil {
		return Anatomy{}, err
	}
	field, mask, nibbles, err := pinblock.VeiledInspect(f, b, pan, x)
	if err != nil {
		return Anatomy{}, err
	}
	return Anatomy{appendBlock(nil, field), appendBlock(nil, mask), nibbles}, nil
}
