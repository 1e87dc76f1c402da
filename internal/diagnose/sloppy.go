package diagnose

import (
	"fmt"

	"github.com/pinion-hsm/pinion/pinblock"
)

// sloppyReadings returns the ISO formats with the fill that is most often put
// where another belongs.
func sloppyReadings(size int) []reading {
	var out []reading
	add := func(f pinblock.Format, control, fill byte, want string) {
		out = append(out, reading{
			step: step{
				what: fmt.Sprintf("with %X as its fill instead of %s", fill, want),
				fix:  fmt.Sprintf("%s is filled with %s: the other side fills it with %X.", f.Name(), want, fill),
				bits: 5 + seldom(f),
			},
			format: f,
			bound:  f.BindsPAN(),
			decode: func(field []byte) (string, bool) {
				return controlField(field, control, func(v byte) bool { return v == fill })
			},
		})
	}
	if size == 16 {
		add(pinblock.ISO4, 4, 0xf, "A")
		add(pinblock.ISO4, 4, 0, "A")
		return out
	}
	for _, fill := range []byte{0, 0xa} {
		add(pinblock.ISO0, 0, fill, "F")
		add(pinblock.ISO2, 2, fill, "F")
	}
	add(pinblock.ISO3, 3, 0, "random digits A to F")
	return append(out, reading{
		step: step{
			what: "with random digits 0 to 9 as its fill instead of A to F",
			fix:  "ISO-3 is filled with random digits A to F only: the other side draws 0 to 9.",
			bits: 5,
		},
		format: pinblock.ISO3,
		bound:  true,
		decode: func(field []byte) (string, bool) {
			return controlField(field, 3, func(v byte) bool { return v <= 9 })
		},
	})
}

// controlField reads a field that begins with a control nibble and a length, with
// the fill that is asked for.
func controlField(field []byte, control byte, fill func(byte) bool) (string, bool) {
	n := int(field[0] & 0xf)
	if field[0]>>4 != control || n < pinblock.MinPINLength || n > pinblock.MaxPINLength {
		return "", false
	}
	var pin []byte
	for i := 2; i < 16; i++ {
		v := nibble(field, i)
		switch {
		case i >= 2+n && !fill(v), i < 2+n && v > 9:
			return "", false
		case i < 2+n:
			pin = append(pin, '0'+v)
		}
	}
	return string(pin), true
}

func nibble(b []byte, i int) byte {
	if i%2 == 0 {
		return b[i/2] >> 4
	}
	return b[i/2] & 0xf
}
