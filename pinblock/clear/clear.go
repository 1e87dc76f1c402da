// Package clear is the only door to clear PIN blocks, to the digits of a PIN,
// and to fill chosen by the caller. It is for test data: vectors, laboratories,
// diagnosis. A program that handles cardholders' PINs has no use for it, and
// the import line is how a reviewer finds out.
package clear

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/pinion-hsm/pinion/internal/fault"
	"github.com/pinion-hsm/pinion/internal/veil"
	"github.com/pinion-hsm/pinion/pinblock"
)

// ErrPIN is returned for test PINs that are not 0 to 16 decimal digits.
var ErrPIN = errors.New("pinblock/clear: PIN must be 0 to 16 decimal digits")

// Options is what only test data may choose about a block. A nil *Options draws
// the fill and is bound to no card key.
type Options struct {
	// Fill is the random fill as hex digits, used nibble by nibble from the left;
	// digits that are left over are ignored, and so is the whole of it where
	// the format has no random fill. Empty draws it.
	Fill string
	// UDKA is the card's unique derivation key A for VISA-41 and VISA-42, 8 bytes
	// as 16 hex digits (the last 8 are used).
	UDKA string
	// OldPIN is the PIN that a VISA-42 block replaces.
	OldPIN pinblock.PIN
}

// Error says what is wrong with a clear block. It is an [pinblock.ErrBlock].
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

// PIN returns the PIN written in text, 0 to 16 decimal digits: also what is no
// cardholder's PIN but fits one of the older formats.
func PIN(text string) (pinblock.PIN, error) {
	if len(text) > 16 {
		return pinblock.PIN{}, ErrPIN
	}
	w := uint64(1<<64 - 1)
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return pinblock.PIN{}, ErrPIN
		}
		shift := 60 - 4*i
		w = w&^(0xf<<shift) | uint64(text[i]-'0')<<shift
	}
	return pinblock.VeiledPIN(veil.Hide(w)), nil
}

// Digits returns the digits of a PIN; none for the zero PIN.
func Digits(pin pinblock.PIN) string {
	if pin.IsZero() {
		return ""
	}
	w := veil.Reveal(pin.Veiled())
	b := make([]byte, pin.Len())
	for i := range b {
		b[i] = '0' + byte(w>>(60-4*i)&0xf)
	}
	return string(b)
}

// PANDigits returns the digits of a PAN; none for the zero PAN.
func PANDigits(pan pinblock.PAN) string {
	n := pan.Len()
	if n == 0 {
		return ""
	}
	h, l := pan.Veiled()
	hi, lo := veil.Reveal(h), veil.Reveal(l)
	var b [pinblock.MaxPANLength]byte
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = '0' + byte(lo&0xf)
		lo = lo>>4 | hi<<60
		hi >>= 4
	}
	return string(b[len(b)-n:])
}

// Encode appends the clear block of pin for pan to dst: 8 bytes, for ISO-4 the
// 16 bytes of its PIN field. The lengths of PIN are those the format holds.
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

// PANField appends the 16 bytes of the PAN field of ISO-4 to dst.
func PANField(dst []byte, f pinblock.Format, pan pinblock.PAN) ([]byte, error) {
	b, err := pinblock.VeiledPANField(f, pan)
	if err != nil {
		return nil, err
	}
	return appendBlock(dst, b), nil
}

// Seal is [pinblock.Seal] with chosen fill, and for every length of PIN that
// the format holds.
func Seal(ctx context.Context, dst []byte, key pinblock.Encrypter, f pinblock.Format, pin pinblock.PIN, pan pinblock.PAN, o *Options) ([]byte, error) {
	x, err := o.extras()
	if err != nil {
		return nil, err
	}
	return pinblock.VeiledSeal(ctx, dst, key, f, pin, pan, x)
}

// Open is [pinblock.Open] for test keys: it says what is wrong, as [Decode]
// does, and takes every length of PIN that the format holds.
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

// anyLength is the extras of a nil *Options.
var anyLength = &veil.Extras{AnyLength: true}

func (o *Options) extras() (*veil.Extras, error) {
	if o == nil {
		return anyLength, nil
	}
	return o.parse()
}

func (o *Options) parse() (*veil.Extras, error) {
	x := &veil.Extras{AnyLength: true}
	x.OldPIN = o.OldPIN.Veiled()
	if o.Fill != "" {
		// What is not hex makes a short fill, which is refused where fill is needed.
		x.Fill, x.FillLen = nibbles(o.Fill)
	}
	if o.UDKA != "" {
		w, n := nibbles(o.UDKA)
		if n != 16 || len(o.UDKA) != 16 {
			return nil, fmt.Errorf("pinblock/clear: UDK-A must be 16 hex digits")
		}
		x.UDKA, x.HasUDKA = w, true
	}
	return x, nil
}

// nibbles returns up to 16 hex digits left justified, and how many there were:
// -1 if the text is not hex, so that it satisfies no format.
func nibbles(text string) (w uint64, n int) {
	for i := range len(text) {
		c := text[i]
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, -1
		}
		if i < 16 {
			w |= uint64(c) << (60 - 4*i)
			n++
		}
	}
	return w, n
}
