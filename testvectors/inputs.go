package testvectors

import (
	"encoding/hex"
	"errors"
	"strings"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// inputs turns the texts of a vector into values, and keeps what the library says
// of those that it refuses. All of them are read before anything is computed, so
// that a vector with two faults is refused for both.
type inputs struct {
	errs   []error
	keyErr error // of a verification key: see pvk
}

// refused returns what was refused so far, nil if nothing was.
func (c *inputs) refused() error { return errors.Join(append(c.errs, c.keyErr)...) }

// usable reports whether nothing was refused but a verification key, for which
// there is a stand-in.
func (c *inputs) usable() bool { return len(c.errs) == 0 }

// done returns refused after what was computed from the inputs gave err. A vector
// whose key is refused needs no other reason not to be run.
func (c *inputs) done(err error) error {
	var skip notRun
	if c.keyErr == nil || !errors.As(err, &skip) {
		c.note(err)
	}
	return c.refused()
}

func (c *inputs) note(err error) {
	if err != nil {
		c.errs = append(c.errs, err)
	}
}

// pin returns a PIN of 0 to 16 digits.
func (c *inputs) pin(text string) pinblock.PIN {
	pin, err := clear.PIN(text)
	c.note(err)
	return pin
}

// pan returns the PAN, the zero PAN if the vector has none.
func (c *inputs) pan(text *string) pinblock.PAN {
	if text == nil {
		return pinblock.PAN{}
	}
	pan, err := pinblock.ParsePAN(*text)
	c.note(err)
	return pan
}

// block returns bytes written in hex, of any length.
func (c *inputs) block(text string) []byte {
	b, err := unhex(text)
	c.note(err)
	return b
}

// pinKey returns the PIN key for a format: AES for ISO-4 and TDES for the rest.
func (c *inputs) pinKey(text string, f pinblock.Format) keys.Key {
	parse := cleartext.ParseTDES[string]
	if f.BlockSize() == 16 {
		parse = cleartext.ParseAES[string]
	}
	key, err := parse(text, keys.UsagePIN)
	c.note(err)
	return key
}

// pvk returns a verification key. In the place of one that is refused it returns
// another, with which the rest of the vector can still be looked at: many of the
// vectors about a PAN or a table come from software that knows no weak keys. What
// is computed with it is never the answer, because the vector is refused.
func (c *inputs) pvk(text string, u keys.Usage) keys.Key {
	key, err := cleartext.ParseTDES(text, u)
	if err == nil {
		return key
	}
	c.keyErr = err
	if key, err = keys.Generate(keys.TDES2, u); err != nil {
		c.note(err)
	}
	return key
}

// fill returns fill chosen by the vector. Formats without fill ignore it.
func fill(text *string) *clear.Options {
	if text == nil {
		return nil
	}
	return &clear.Options{Fill: *text}
}

// card adds to options the card key and the old PIN, for the formats that are
// bound to them. In a vector of another format nobody would read them, which is an
// error.
func (c *inputs) card(o *clear.Options, f pinblock.Format, udkA, oldPIN *string) (*clear.Options, error) {
	if udkA != nil && f.Base() != pinblock.VISA41 && f.Base() != pinblock.VISA42 {
		return nil, errors.New("udk_a is for VISA-41 and VISA-42")
	}
	if oldPIN != nil && f.Base() != pinblock.VISA42 {
		return nil, errors.New("old_pin is for VISA-42")
	}
	if o == nil {
		o = &clear.Options{}
	}
	if udkA != nil {
		if b, err := unhex(*udkA); err != nil || len(b) != 8 {
			c.note(errUDK)
		}
		o.UDKA = *udkA
	}
	if oldPIN != nil {
		o.OldPIN = c.pin(*oldPIN)
	}
	return o, nil
}

// unhex returns the bytes that text stands for.
func unhex(text string) ([]byte, error) {
	b, err := hex.DecodeString(text)
	switch {
	case errors.Is(err, hex.ErrLength):
		return nil, errBlockLength
	case err != nil:
		return nil, errNotHex
	}
	return b, nil
}

func upper(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }
