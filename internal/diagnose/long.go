package diagnose

import (
	"bytes"
	"crypto/subtle"
	"encoding/binary"

	"github.com/pinion-hsm/pinion/internal/luhn"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// panField is a way of making the PAN field of ISO-4.
type panField struct {
	step
	bytes  []byte
	format pinblock.Format
}

// panFields returns the PAN fields that may have been made of the accounts.
func panFields(pans []account) []panField {
	var out []panField
	for _, a := range pans {
		for _, p := range a.panFields() {
			p.bits += a.bits
			out = append(out, p)
		}
	}
	return out
}

func (a account) panFields() []panField {
	d := a.digits
	n := len(d)
	whole := fieldOf(d, pinblock.ISO4)
	out := []panField{{step: step{what: a.described()}, bytes: whole, format: pinblock.ISO4}}
	add := func(bits float64, b []byte, what, fix string) {
		if b != nil {
			out = append(out, panField{step{what, fix, bits}, b, pinblock.ISO4})
		}
	}
	if !luhn.Valid(d) && n < pinblock.MaxPANLength {
		add(2, fieldOf(withCheckDigit(d), pinblock.ISO4), "for "+a.name+" with a check digit behind it",
			"The number given has no check digit: give the whole PAN, which is "+withCheckDigit(d)+".")
	}
	if n > 1 {
		add(3, fieldOf(d[:n-1], pinblock.ISO4), "for "+a.name+" without its check digit",
			"ISO-4 takes the whole PAN with its check digit: the other side leaves it out, or the number given has a digit too many.")
	}
	if n > 12 {
		right := pinblock.ISO4.WithRightmost12()
		out = append(out, panField{step{
			what: "for the rightmost twelve digits of " + a.name + " without the check digit",
			fix:  "The other side takes twelve digits as for ISO-0. ISO 9564-1:2017 9.4.3 asks for the whole PAN: agree on one reading.",
			bits: 3,
		}, fieldOf(d, right), right})
		add(5, fieldOf(d[n-12:], pinblock.ISO4), "for the rightmost twelve digits of "+a.name+" with the check digit among them", wholePAN)
		add(5, fieldOf(d[:12], pinblock.ISO4), "for the leftmost twelve digits of "+a.name, wholePAN)
		block0 := append(binary.BigEndian.AppendUint64(nil, word(d[n-13:n-1])), make([]byte, 8)...)
		add(5, block0, "for the account number field of ISO-0 instead of its own",
			"The PAN field of ISO-4 is another one: a length digit, the whole PAN, and zeros to 16 bytes.")
		unmarked := bytes.Clone(whole)
		unmarked[0] &= 0x0f
		add(6, unmarked, "for a PAN field whose first digit is 0", "The first digit of the PAN field is the PAN's length less 12.")
	}
	add(6, filled(whole, max(n, 12)+1), "for a PAN field filled with F", "The PAN field of ISO-4 is filled with zeros.")
	return out
}

const wholePAN = "ISO-4 takes the whole PAN with its check digit."

// fieldOf returns the PAN field of a number, nil where there is none.
func fieldOf(digits string, f pinblock.Format) []byte {
	pan, err := pinblock.ParsePAN(digits)
	if err != nil {
		return nil
	}
	b, err := clear.PANField(nil, f, pan)
	if err != nil {
		return nil
	}
	return b
}

// filled returns b with F from nibble n on.
func filled(b []byte, n int) []byte {
	out := bytes.Clone(b)
	for i := n; i < 2*len(b); i++ {
		out[i/2] |= 0xf << (4 * (1 - i%2))
	}
	return out
}

// long tries a block of 16 bytes: as ISO-4, with the PAN and the second
// encipherment where they belong or not, and as a shorter block that was filled
// up and enciphered with AES.
func (s *search) long(block []byte, k treatment, b step) {
	outer := k.undo(block)
	const twoSteps = "ISO-4 enciphers the PIN field, combines it with the PAN field, and enciphers it again (ISO 9564-1:2017 9.4): the other side "
	fields := panFields(s.pans)
	if k.size != 0 {
		for _, p := range fields {
			s.fit4(k.undo(exclusive(outer, p.bytes)), p.step, p.format, b, k)
		}
		s.fit4(k.undo(outer), step{what: "without a PAN", fix: twoSteps + "leaves out the PAN field.", bits: 3}, pinblock.ISO4, b, k)
		s.filledUp(outer, b, k)
	}
	once := step{what: "enciphered only once, and without the PAN", fix: twoSteps + "stops after the first encipherment.", bits: 4}
	mixed := step{what: "enciphered only once, after the PAN", fix: twoSteps + "combines the two fields first and enciphers once.", bits: 4}
	if k.size == 0 {
		once, mixed = step{what: "a PIN field on its own"}, step{what: "a PIN field combined with the PAN field", bits: 3}
	}
	s.fit4(outer, once, pinblock.ISO4, b, k)
	for _, p := range fields {
		s.fit4(exclusive(outer, p.bytes), p.and(mixed), p.format, b, k)
	}
}

// fit4 tries a PIN field of ISO-4.
func (s *search) fit4(field []byte, how step, f pinblock.Format, b step, k treatment) {
	for _, r := range longReadings {
		if r.format.Base() == pinblock.ISO4 {
			if r.name != "" {
				r.name = f.String()
			}
		} else if how.what != "" {
			continue // another format of 16 bytes, and a mistake that only ISO-4 knows
		}
		r.step = how.and(r.step)
		s.fit(field, r, b, k)
	}
}

// filledUp tries the left half of a deciphered block whose right half is
// padding, or the same again.
func (s *search) filledUp(outer []byte, b step, k treatment) {
	rest := outer[8:]
	same := bytes.Count(rest, rest[:1]) == 8
	marked := rest[0] == 0x80 && bytes.Count(rest[1:], []byte{0}) == 7
	if !same && !marked && !bytes.Equal(rest, outer[:8]) {
		return
	}
	// Padding does not come about by accident: 48 bits are put to its credit.
	s.short(outer[:8], b, treatment{step: k.and(step{
		what: "of 8 bytes, filled up to 16 and enciphered with AES",
		fix:  "Only ISO-4 is made for AES. Move to ISO-4, or encipher this format with TDES.",
		bits: 5 - 48,
	})})
}

func exclusive(a, b []byte) []byte {
	out := make([]byte, len(a))
	subtle.XORBytes(out, a, b)
	return out
}
