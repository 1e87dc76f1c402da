// Package clear is the only door to clear PIN blocks, to the digits of a PIN,
// and to fill chosen by the caller. It is for test data: vectors, laboratories,
// diagnosis. A program that handles cardholders' PINs has no use for it, and
// the import line is how a reviewer finds out.
package clear

import (
	"context"
	"encoding/binary"

	"github.com/pinion-hsm/pinion/internal/fault"
	"github.com/pinion-hsm/pinion/internal/veil"
	"github.com/pinion-hsm/pinion/pinblock"
)

// Error says what is wrong with a clear block. It is a [pinblock.ErrBlock].
type Error struct{ faults fault.Set }

// Error says in words what is wrong, without the digits.
func (e *Error) Error() string { return "pinblock/clear: " + e.faults.String() }

// Unwrap returns [pinblock.ErrBlock].
func (e *Error) Unwrap() error { return pinblock.ErrBlock }

// Reasons returns the names of the faults as the test vectors have them, like
// "control-nibble" and "fill", every fault that was found.
func (e *Error) Reasons() []string { return e.faults.Reasons() }

// Faults says in words what each of the Reasons means, in their order.
func (e *Error) Faults() []string { return e.faults.Texts() }

// Encode appends the clear block of pin for pan to dst: 8 bytes, for ISO-4 the
// 16 bytes of its PIN field. The lengths of PIN are those the format holds. Errors
// are those of [pinblock.Seal], [pinblock.ErrFill], and one about the options.
func Encode(dst []byte, f pinblock.Format, pin pinblock.PIN, pan pinblock.PAN, o *Options) ([]byte, error) {
	x, err := o.extras()
	if err != nil {
		return nil, err
	}
	b, err := pinblock.VeiledEncode(f, pin, pan, x)
	if err != nil {
		return nil, err
	}
	return appendBlock(dst, b), nil
}

// Decode returns the PIN in a clear block. A block that is not one is an
// [*Error] that lists every fault.
func Decode(f pinblock.Format, block []byte, pan pinblock.PAN, o *Options) (pinblock.PIN, error) {
	x, err := o.extras()
	if err != nil {
		return pinblock.PIN{}, err
	}
	b, err := hidden(block)
	if err != nil {
		return pinblock.PIN{}, err
	}
	return explained(pinblock.VeiledDecode(f, b, pan, x))
}

// PANField appends the 16 bytes of the PAN field of ISO-4 to dst. Errors are
// [pinblock.ErrFormat] for another format, and [pinblock.ErrPANLength].
func PANField(dst []byte, f pinblock.Format, pan pinblock.PAN) ([]byte, error) {
	b, err := pinblock.VeiledPANField(f, pan)
	if err != nil {
		return nil, err
	}
	return appendBlock(dst, b), nil
}

// Seal is [pinblock.Seal] with chosen fill, and for every length of PIN that
// the format holds. Errors are those of [Encode], and the key's own.
func Seal(ctx context.Context, dst []byte, key pinblock.Encrypter, f pinblock.Format, pin pinblock.PIN, pan pinblock.PAN, o *Options) ([]byte, error) {
	x, err := o.extras()
	if err != nil {
		return nil, err
	}
	return pinblock.VeiledSeal(ctx, dst, key, f, pin, pan, x)
}

// Open is [pinblock.Open] for test keys: it says what is wrong, as [Decode]
// does, and takes every length of PIN that the format holds. Other errors are those
// of [pinblock.Open], and one about the options.
func Open(ctx context.Context, key pinblock.Decrypter, f pinblock.Format, block []byte, pan pinblock.PAN, o *Options) (pinblock.PIN, error) {
	x, err := o.extras()
	if err != nil {
		return pinblock.PIN{}, err
	}
	return explained(pinblock.VeiledOpen(ctx, key, f, block, pan, x))
}

func explained(pin pinblock.PIN, bad fault.Set, err error) (pinblock.PIN, error) {
	if err != nil {
		return pinblock.PIN{}, err
	}
	if bad != 0 {
		return pinblock.PIN{}, &Error{bad}
	}
	return pin, nil
}

// hidden is a block as package pinblock takes it.
func hidden(block []byte) (veil.Block, error) {
	switch len(block) {
	case 8:
		return veil.HideBlock(binary.BigEndian.Uint64(block), 0, 8), nil
	case 16:
		return veil.HideBlock(binary.BigEndian.Uint64(block), binary.BigEndian.Uint64(block[8:]), 16), nil
	}
	return veil.Block{}, pinblock.ErrBlockSize
}

func appendBlock(dst []byte, b veil.Block) []byte {
	hi, lo, size := veil.RevealBlock(b)
	dst = binary.BigEndian.AppendUint64(dst, hi)
	if size == 16 {
		dst = binary.BigEndian.AppendUint64(dst, lo)
	}
	return dst
}
