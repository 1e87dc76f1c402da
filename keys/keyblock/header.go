package keyblock

import (
	"strconv"

	"github.com/pinion-hsm/pinion/keys"
)

const (
	fixedLength = 16   // characters of a header without optional blocks
	maxLength   = 9999 // characters of a block: its length field has four digits
	maxOptional = 99   // optional blocks: their number has two
)

// Header is the header of a key block, ANSI X9.143 section 6.2 table 1. It is
// public; the authenticator binds it to the key.
//
// [ParseHeader] makes one from text, [Fields] from its parts. In a Header made by
// hand for [Wrap] most fields can be left zero: Wrap takes the usage and the
// algorithm from the key, and sets the length.
type Header struct {
	Version       byte       // 'A' to 'E'
	Length        int        // of the whole block in characters, 0 to 9999
	Usage         keys.Usage // two characters
	Algorithm     byte       // 'A' AES, 'D' DES, 'E' elliptic curve, 'H' HMAC, 'R' RSA, 'S' DSA, 'T' TDES
	Mode          byte       // mode of use: one of BCDEGNSTVXY
	KeyVersion    string     // two characters: "00" none, "c1" component 1; "" is "00"
	Exportability byte       // 'E' under a trusted key, 'N' not, 'S' sensitive
	Optional      []OptionalBlock

	// Reserved are the last two characters: the key context ('0' that of the
	// wrapping key, '1' storage, '2' exchange) and '0'. "" is "00".
	Reserved string
}

// Block returns the first optional block with the given ID.
func (h Header) Block(id string) (OptionalBlock, bool) {
	for _, b := range h.Optional {
		if b.ID == id {
			return b, true
		}
	}
	return OptionalBlock{}, false
}

// Len returns the length of the header in characters, optional blocks included.
func (h Header) Len() int { return fixedLength + h.optionalLen() }

func (h Header) optionalLen() int {
	n := 0
	for i := range h.Optional {
		n += h.Optional[i].len()
	}
	return n
}

// String returns the header as it is in a key block. Of a header that
// [ParseHeader] made it is the very text. A field that is missing shows as '?'.
func (h Header) String() string { return string(h.append(make([]byte, 0, h.Len()))) }

// append writes the header behind dst.
func (h Header) append(dst []byte) []byte {
	dst = appendDecimal(append(dst, char(h.Version)), h.Length, 4)
	dst = append(dst, text(string(h.Usage), "??")...)
	dst = append(dst, char(h.Algorithm), char(h.Mode))
	dst = append(dst, text(h.KeyVersion, "00")...)
	dst = appendDecimal(append(dst, char(h.Exportability)), len(h.Optional), 2)
	dst = append(dst, text(h.Reserved, "00")...)
	for i := range h.Optional {
		dst = h.Optional[i].append(dst)
	}
	return dst
}

func char(c byte) byte {
	if c == 0 {
		return '?'
	}
	return c
}

// text returns s, or what is written where there is none.
func text(s, none string) string {
	if s == "" {
		return none
	}
	return s
}

// appendDecimal writes n with that many digits, more if it needs them.
func appendDecimal(dst []byte, n, digits int) []byte {
	var buf [20]byte
	s := strconv.AppendInt(buf[:0], int64(n), 10)
	for range digits - len(s) {
		dst = append(dst, '0')
	}
	return append(dst, s...)
}
