package testvectors

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
	"github.com/pinion-hsm/pinion/pinverify"
)

// bench is a device with the keys of one vector on it.
type bench struct {
	front, policed *hsm.HSM
	labels         []string // of the keys that were put on it
}

// load puts a key on the device for the time of one vector.
func (b *bench) load(ctx context.Context, k keys.Key) (label string, info hsm.KeyInfo, err error) {
	label = "pinion-vectors-" + rand.Text()
	b.labels = append(b.labels, label) // also if importing fails half way
	info, err = b.front.ImportKey(ctx, hsm.KeySpec{Label: label, Ephemeral: true}, k)
	return label, info, cannot(err)
}

// clean deletes the keys that were loaded, even if the context has ended.
func (b *bench) clean(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	var errs []error
	for _, label := range b.labels {
		err := b.front.DeleteKey(ctx, label)
		if err != nil && !errors.Is(err, hsm.ErrKeyNotFound) && !errors.Is(err, errors.ErrUnsupported) {
			errs = append(errs, err)
		}
	}
	b.labels = nil
	return errors.Join(errs...)
}

// cannot returns as notRun the errors that say that this device, or the way it
// was opened, has no such operation.
func cannot(err error) error {
	if errors.Is(err, hsm.ErrExposure) || errors.Is(err, errors.ErrUnsupported) {
		return notRun(err.Error())
	}
	return err
}

// translate translates under the policy of the front, which should be open.
func (b *bench) translate(ctx context.Context, t hsm.Translation) ([]byte, error) {
	block, err := b.front.TranslatePIN(ctx, t)
	if errors.Is(err, hsm.ErrPolicy) {
		return nil, notRun(fmt.Sprintf("the policy %s of this device does not let %s become %s", b.front.Policy(), t.From.Format.Name(), t.To.Format.Name()))
	}
	return block, cannot(err)
}

// open has the device open a block: it translates the block for a key that is
// known here, in the same format, and what comes out is opened here.
func (b *bench) open(ctx context.Context, s side, block []byte, pan pinblock.PAN) (pinblock.PIN, error) {
	second, err := keys.Generate(s.keyAlgorithm(), keys.UsagePIN)
	if err != nil {
		return pinblock.PIN{}, err
	}
	from, err := s.on(ctx, b)
	if err != nil {
		return pinblock.PIN{}, err
	}
	known := side{format: s.format, key: second}
	to, err := known.on(ctx, b)
	if err != nil {
		return pinblock.PIN{}, err
	}
	out, err := b.translate(ctx, hsm.Translation{Block: block, PAN: pan, From: from, To: to})
	if err != nil {
		return pinblock.PIN{}, err
	}
	pin, err := clear.Open(ctx, second, s.format, out, pan, nil)
	var faults *clear.Error
	if errors.As(err, &faults) && slices.Equal(faults.Reasons(), []string{"pin-digits"}) {
		return pinblock.PIN{}, unseenDigits
	}
	if err != nil { // not wrapped: what the device made is no input that was refused
		return pinblock.PIN{}, fmt.Errorf("the block that the device made does not open: %v", err)
	}
	return pin, nil
}

// Why some vectors have no meaning for a device.
const (
	notCardholders notRun = "a device takes the PINs of cardholders, of 4 to 12 digits"
	foundBefore    notRun = "what is wrong is found before a device is asked"
	unseenDigits   notRun = "a device that keeps PINs to itself does not see digits above 9"
)

// holds has the device open the block that a vector expects, and returns an error
// if the PIN is not in it.
func (b *bench) holds(ctx context.Context, s side, block string, pin pinblock.PIN, pan pinblock.PAN) error {
	if pin.Len() < pinblock.MinPINLength || pin.Len() > pinblock.MaxPINLength {
		return notCardholders
	}
	sealed, err := unhex(block)
	if err != nil {
		return fmt.Errorf("the expected block: %v", err)
	}
	got, err := b.open(ctx, s, sealed, pan)
	if err != nil {
		return err
	}
	if !got.Equal(pin) {
		return fmt.Errorf("the device finds the PIN %s in the expected block", clear.Digits(got))
	}
	return nil
}

// carry seals a PIN for the device, in a format that takes this PAN.
func (b *bench) carry(ctx context.Context, pin pinblock.PIN, pan pinblock.PAN) ([]byte, hsm.PINKey, error) {
	f := pinblock.ISO0
	if pan.Len() < f.MinPANLength() {
		f = pinblock.ISO1
	}
	key, err := keys.Generate(keys.TDES2, keys.UsagePIN)
	if err != nil {
		return nil, hsm.PINKey{}, err
	}
	block, err := pinblock.Seal(ctx, nil, key, f, pin, pan)
	if err != nil {
		return nil, hsm.PINKey{}, notCardholders
	}
	label, _, err := b.load(ctx, key)
	return block, hsm.PINKey{Key: label, Format: f}, err
}

// reference has the device compute the reference value of a PIN.
func (b *bench) reference(ctx context.Context, m pinverify.Referencer, pvk keys.Key, pin pinblock.PIN, pan pinblock.PAN) (string, error) {
	block, from, err := b.carry(ctx, pin, pan)
	if err != nil {
		return "", err
	}
	label, _, err := b.load(ctx, pvk)
	if err != nil {
		return "", err
	}
	ref, err := b.front.PINReference(ctx, hsm.Reference{Block: block, PAN: pan, From: from, Method: m, MethodKey: label})
	return string(ref), cannot(err)
}

// verify has the device verify a PIN and reports whether it was the right one.
func (b *bench) verify(ctx context.Context, m pinverify.Method, pvk keys.Key, pin pinblock.PIN, pan pinblock.PAN, reference string) (bool, error) {
	block, from, err := b.carry(ctx, pin, pan)
	if err != nil {
		return false, err
	}
	label, _, err := b.load(ctx, pvk)
	if err != nil {
		return false, err
	}
	return decided(cannot(b.front.VerifyPIN(ctx, hsm.Verification{Block: block, PAN: pan, From: from,
		Method: m, MethodKey: label, Reference: []byte(reference)})))
}

// has asks the device whether an account has the PIN that a vector expects, for
// methods of which the vector's answer is the PIN. Where the inputs must be
// refused, the device is asked about any PIN.
func (b *bench) has(ctx context.Context, m pinverify.Method, pvk keys.Key, pan pinblock.PAN, reference string, want *pinOut) (pinOut, error) {
	expected := pinOut{"1234"}
	if want != nil {
		expected = *want
	}
	pin, err := clear.PIN(expected.PIN)
	if err != nil {
		return pinOut{}, fmt.Errorf("the expected PIN: %v", err)
	}
	ok, err := b.verify(ctx, m, pvk, pin, pan, reference)
	if err != nil {
		return pinOut{}, err
	}
	if !ok {
		return pinOut{"another PIN"}, nil
	}
	return expected, nil
}
