package explain

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/pinion-hsm/pinion/keys/keyblock"
	"github.com/pinion-hsm/pinion/keys/keyblock/clearblock"
)

// explainOpening adds the steps of opening a block. The error is the library's.
func (c *keyBlockCase) explainOpening(ctx context.Context, x *Explanation) error {
	derived, err := c.keySteps(ctx)
	if err != nil {
		return err
	}
	x.Steps = append(append(x.Steps, c.kbpkStep()), derived...)
	u, err := keyblock.Unwrap(ctx, c.kbpk, c.block)
	if c.variant() { // the authenticator is over what is enciphered, and comes first
		x.Steps = append(x.Steps, c.macStep(true))
		if c.authentic() {
			x.Steps = append(x.Steps, c.decipherStep())
		}
	} else {
		x.Steps = append(x.Steps, c.decipherStep(), c.macStep(true))
	}
	if c.authentic() && c.keyLength() > 0 != (err == nil) || err != nil && !errors.Is(err, keyblock.ErrMAC) {
		return errors.Join(err, errNotTheLibrary)
	}
	if err != nil {
		x.Answer = append([]Fact{c.refusal()}, x.Answer...)
		x.Notes = append(x.Notes, c.suspicion())
		return err
	}
	if !bytes.Equal(clearblock.Key(u), c.payload[2:2+c.keyLength()]) {
		return errNotTheLibrary
	}
	x.Answer = append([]Fact{{Name: "authentic", Value: "yes", Kind: Right}}, x.Answer...)
	c.explainKey(ctx, u, x)
	return nil
}

// decipherStep shows what comes out of the enciphered part.
func (c *keyBlockCase) decipherStep() Step {
	iv, with := c.chaining()
	return Step{
		Title: "Decipher the key",
		Why:   "What is enciphered is the length of the key in bits, the key, and padding, X9.143 section 6.1.",
		Rows: []Row{
			iv,
			{Name: "enciphered key", Unit: Hex, Parts: []Part{{Text: c.key, Kind: Cipher}}},
			{Name: "in clear", Op: Decipher, With: with, Unit: Hex, Parts: c.payloadParts()},
		},
	}
}

// chaining returns what the encipherment begins with, and what it is called.
func (c *keyBlockCase) chaining() (iv Row, with string) {
	switch {
	case c.variant():
		start := c.header[:c.kbpk.Algorithm().BlockSize()]
		return Row{Name: "IV", Unit: Hex, Parts: []Part{{Text: upperHex([]byte(start)), Kind: Header, Note: "the first characters of the header, in ASCII"}}},
			c.cipher() + " with CBC, KBEK"
	case c.h.Version == 'E':
		return Row{Name: "first counter", Unit: Hex, Parts: []Part{{Text: c.mac, Kind: MAC, Note: "the authenticator"}}}, c.cipher() + " with CTR, KBEK"
	}
	return Row{Name: "IV", Unit: Hex, Parts: []Part{{Text: c.mac, Kind: MAC, Note: "the authenticator"}}}, c.cipher() + " with CBC, KBEK"
}

// keyLength returns the length of the key in bytes as the deciphered part says it, 0
// if that cannot be.
func (c *keyBlockCase) keyLength() int {
	bits := int(c.payload[0])<<8 | int(c.payload[1])
	if bits%8 != 0 || bits/8 > len(c.payload)-2 {
		return 0
	}
	return bits / 8
}

// payloadParts cuts what was enciphered.
func (c *keyBlockCase) payloadParts() []Part {
	text, n := upperHex(c.payload), c.keyLength()
	bits := int(c.payload[0])<<8 | int(c.payload[1])
	if n == 0 {
		return []Part{
			{Text: text[:4], Kind: Wrong, Note: fmt.Sprintf("length: %d bits cannot be, there is room for %d", bits, 8*(len(c.payload)-2))},
			{Text: text[4:], Kind: Mixed},
		}
	}
	return cutParts(
		Part{Text: text[:4], Kind: Length, Note: "length: " + count(bits, "bit")},
		Part{Text: text[4 : 4+2*n], Kind: Key, Note: "the key: " + count(n, "byte")},
		Part{Text: text[4+2*n:], Kind: Fill, Note: "padding, which hides how long the key is"},
	)
}

// macStep shows the authenticator as it should be, and compares it with that of the
// block, where there is one to compare with.
func (c *keyBlockCase) macStep(compare bool) Step {
	with, name, behind := "CMAC, KBAK", "header and key in clear", withoutNotes(c.payloadParts())
	why := "The CMAC (NIST SP 800-38B) of the header and, in clear, of what is enciphered"
	if c.variant() {
		with, name, behind = "CBC-MAC, KBAK", "header and enciphered key", []Part{{Text: c.key, Kind: Cipher}}
		why = "The first four bytes of the CBC-MAC (ISO 9797-1 algorithm 1) of the header and the enciphered key"
	}
	message := append([]Part{{Text: upperHex([]byte(c.header)), Kind: Header, Note: "the header, each character in ASCII"}}, behind...)
	s := Step{
		Title: "Compute the authenticator",
		Why:   why + ": whoever changes one of the two without the KBPK is found out.",
		Rows: []Row{
			{Name: name, Unit: Hex, Parts: message},
			{Name: "authenticator", Op: Derive, With: with, Unit: Hex, Parts: []Part{{Text: upperHex(c.wanted), Kind: MAC}}},
		},
	}
	if !compare {
		return s
	}
	s.Title = "Check the authenticator"
	p := Part{Text: c.mac, Kind: Right, Note: "equal: the block is authentic"}
	if !c.authentic() {
		p.Kind, p.Note = Wrong, "not equal: "+wrongOrChanged
	}
	s.Rows = append(s.Rows, Row{Name: "in the block", Op: Compare, Unit: Hex, Parts: []Part{p}})
	return s
}
