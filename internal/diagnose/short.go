package diagnose

import (
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// reading is a format, or a way of getting it wrong, for a clear PIN field that
// nothing is combined with any more.
type reading struct {
	step
	format pinblock.Format
	name   string // as --format takes it; empty where no format reads it
	bound  bool   // the format combines the field with account digits
	decode func(field []byte) (pin string, ok bool)
}

// zeros stands for the PAN where a field was freed of it before.
var zeros, _ = pinblock.ParsePAN("0000000000000")

func readingOf(f pinblock.Format, s step) reading {
	return reading{step: s, format: f, name: f.String(), bound: f.BindsPAN(), decode: func(field []byte) (string, bool) {
		pin, err := clear.Decode(f, field, zeros, nil)
		return clear.Digits(pin), err == nil
	}}
}

// seldom says how much less often than ISO-0, 1, 3 and 4 a format is met.
func seldom(f pinblock.Format) float64 {
	switch f {
	case pinblock.ISO0, pinblock.ISO1, pinblock.ISO3, pinblock.ISO4:
		return 0
	case pinblock.ISO2:
		return 1
	case pinblock.PNPL:
		return 3
	}
	return 4
}

// shortReadings and longReadings are what an 8-byte and a 16-byte field may be.
var shortReadings, longReadings = readings(8), readings(16)

// readings returns every format of one size, and its fixed PIN lengths where
// the end of a PIN cannot be told otherwise.
func readings(size int) []reading {
	var out []reading
	for _, f := range pinblock.Formats() {
		if f.BlockSize() != size || !selfContained(f) || f == pinblock.VISA4 {
			continue // VISA-4 is ISO-0 with other PAN digits: see mask
		}
		out = append(out, readingOf(f, step{bits: seldom(f)}))
		for _, n := range []int{4, 5, 6} {
			if g := f.WithPINLength(n); g.Valid() {
				out = append(out, readingOf(g, step{bits: seldom(f) + 3}))
			}
		}
	}
	return append(out, sloppyReadings(size)...)
}

// selfContained reports whether a block of the format can be read without
// something else than a PAN, such as the key of a card.
func selfContained(f pinblock.Format) bool {
	_, err := clear.Encode(nil, f, fourDigits, zeros, nil)
	return err == nil
}

var fourDigits, _ = clear.PIN("1234")

// short tries every mask and format on a clear block of 8 bytes.
func (s *search) short(block []byte, b step, k treatment) {
	for _, m := range masks(s.pans) {
		field := xor(block, m.word)
		for _, r := range shortReadings {
			if r.bound == m.bound {
				s.fit(field, r.with(m), b, k)
			}
		}
	}
	s.otherPAN(block, b, k)
}

// with returns the reading with what the mask adds to it.
func (r reading) with(m mask) reading {
	if m.visa4 && r.format == pinblock.ISO0 && r.name != "" {
		r.format, r.name = pinblock.VISA4, pinblock.VISA4.String()
		r.step = step{
			what: m.what,
			fix: "VISA-4 (Plus) takes the leftmost twelve digits, and so this is one. " +
				"If ISO-0 was asked for, the other side takes the wrong twelve: they are the rightmost ones before the check digit.",
			bits: m.bits,
		}
		return r
	}
	r.step = m.and(r.step)
	return r
}

// fit adds a finding if the field is what the reading says.
func (s *search) fit(field []byte, r reading, b step, k treatment) {
	s.tried++
	pin, ok := r.decode(field)
	if !ok {
		return
	}
	evidence := bits(field, len(pin), r.decode) - unusual(len(pin))
	s.add(field, pin, r, k.and(b), evidence)
}

// add adds a finding if there is enough evidence for it.
func (s *search) add(field []byte, pin string, r reading, how step, evidence float64) {
	how = r.and(how)
	score := evidence - how.bits
	if score < enough {
		if how.what == "" && r.name != "" {
			s.cannotExclude(r.format.Name())
		}
		return
	}
	s.found = append(s.found, finding(field, pin, r, how, evidence, score))
}

func (s *search) cannotExclude(name string) {
	for _, n := range s.vague {
		if n == name {
			return
		}
	}
	s.vague = append(s.vague, name)
}
