package hsm

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// Arithmetic is the PIN operations of a device that can only encipher and
// decipher: it works on clear PINs in this process. A [Device] embeds it and
// brings keys that are a [pinblock.Encrypter] and [pinblock.Decrypter].
type Arithmetic struct {
	// Random is where PINs are drawn from: the device's own generator. Nil is
	// this process's.
	Random io.Reader
}

// Exposure returns [InProcess] for every operation that a method has.
func (Arithmetic) Exposure(w Work) (Exposure, string) {
	if w.Method != nil && (w.Op == OpReference || w.Op == OpChange || w.Op == OpGenerate) {
		if _, err := referencer(w.Method); err != nil {
			return Refused, "the method has no reference values"
		}
	}
	return InProcess, ""
}

// TranslatePIN implements [Device].
func (Arithmetic) TranslatePIN(ctx context.Context, t Translation, from, to Key) ([]byte, error) {
	source, target, err := ciphers(from, to)
	if err != nil {
		return nil, err
	}
	return pinblock.Translate(ctx, make([]byte, 0, t.To.Format.BlockSize()), t.Block, t.PAN,
		pinblock.Source{Key: source, Format: t.From.Format}, pinblock.Target{Key: target, Format: t.To.Format})
}

// TranslatePINs implements [BatchTranslator]: one call of the device deciphers thousands
// of blocks and one enciphers them (two each for ISO-4).
func (Arithmetic) TranslatePINs(ctx context.Context, dst []byte, b Batch, from, to Key) ([]byte, []Fault, error) {
	source, target, err := ciphers(from, to)
	if err != nil {
		return nil, nil, err
	}
	return pinblock.TranslateAll(ctx, dst, pinblock.Column{Blocks: b.Blocks, PANs: b.PANs},
		pinblock.Source{Key: source, Format: b.From.Format}, pinblock.Target{Key: target, Format: b.To.Format})
}

// VerifyPIN implements [Device].
func (Arithmetic) VerifyPIN(ctx context.Context, v Verification, from, method Key) error {
	source, pvk, err := ciphers(from, method)
	if err != nil {
		return err
	}
	pin, err := pinblock.Open(ctx, source, v.From.Format, v.Block, v.PAN)
	if err != nil {
		return err
	}
	return v.Method.Verify(ctx, pvk, pin, v.PAN, v.Reference)
}

// PINReference implements [Device].
func (Arithmetic) PINReference(ctx context.Context, r Reference, from, method Key) ([]byte, error) {
	source, pvk, err := ciphers(from, method)
	if err != nil {
		return nil, err
	}
	m, err := referencer(r.Method)
	if err != nil {
		return nil, err
	}
	pin, err := pinblock.Open(ctx, source, r.From.Format, r.Block, r.PAN)
	if err != nil {
		return nil, err
	}
	if err := judge(r.Rules, pin, r.PAN); err != nil {
		return nil, err
	}
	return m.Reference(ctx, pvk, pin, r.PAN)
}

// GeneratePIN implements [Device].
func (a Arithmetic) GeneratePIN(ctx context.Context, g Generation, to, method Key) (made Generated, err error) {
	target, ok := to.(encrypter)
	if !ok {
		return Generated{}, errNoCipher
	}
	pin, err := a.drawFor(ctx, g)
	if err != nil {
		return Generated{}, err
	}
	if made.Block, err = pinblock.Seal(ctx, nil, target, g.To.Format, pin, g.PAN); err != nil {
		return Generated{}, err
	}
	if g.Method == nil {
		return made, nil
	}
	pvk, ok := method.(encrypter)
	if !ok {
		return Generated{}, errNoCipher
	}
	m, err := referencer(g.Method)
	if err != nil {
		return Generated{}, err
	}
	if made.Reference, err = m.Reference(ctx, pvk, pin, g.PAN); err != nil {
		return Generated{}, err
	}
	return made, nil
}

var errNoCipher = &Error{Err: ErrDevice, Hint: "the key can neither encipher nor decipher"}

// ciphers returns the two keys of an operation as what the arithmetic needs.
func ciphers(from, to Key) (decrypter, encrypter, error) {
	d, ok1 := from.(decrypter)
	e, ok2 := to.(encrypter)
	if !ok1 || !ok2 {
		return nil, nil, errNoCipher
	}
	return d, e, nil
}

// referencer returns the method as one that has reference values.
func referencer(m pinverify.Method) (pinverify.Referencer, error) {
	if m == nil {
		return nil, errNoMethod
	}
	r, ok := m.(pinverify.Referencer)
	if !ok {
		return nil, fmt.Errorf("hsm: method %s has no reference values: %w", m.Name(), errors.ErrUnsupported)
	}
	return r, nil
}
