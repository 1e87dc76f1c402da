package keyblock

import "strings"

// OptionalBlock is an optional block of a header, ANSI X9.143 section 6.3.6. The
// functions of this package make and read those whose data has a form; every
// other is kept as it is, in its place.
type OptionalBlock struct {
	ID   string // two letters or digits; two digits are proprietary
	Data string // printable ASCII

	// LengthDigits is 0 for the length as X9.143 has it: two hex digits, or the
	// extended form with four for a block of more than 255 characters. Otherwise it
	// is how many digits the extended form has, 1 to 8, as other makers may.
	LengthDigits int
}

// Lengths in characters of what comes before the data.
const (
	shortPrefix    = 4 // ID, length
	extendedPrefix = 6 // ID, "00", number of length digits; the length follows
	extendedDigits = 4
	maxDigits      = 8 // more could not make a difference: a block has 9999 characters
)

// prefix returns how many characters come before the data.
func (b *OptionalBlock) prefix() int {
	switch {
	case b.LengthDigits > 0:
		return extendedPrefix + b.LengthDigits
	case shortPrefix+len(b.Data) > 0xff:
		return extendedPrefix + extendedDigits
	}
	return shortPrefix
}

func (b *OptionalBlock) len() int { return b.prefix() + len(b.Data) }

// String returns the block as it is in a header.
func (b OptionalBlock) String() string { return string(b.append(make([]byte, 0, b.len()))) }

// append writes the block behind dst.
func (b *OptionalBlock) append(dst []byte) []byte {
	dst = append(dst, text(b.ID, "??")...)
	if prefix := b.prefix(); prefix > shortPrefix {
		dst = append(dst, '0', '0')
		dst = appendHex(dst, prefix-extendedPrefix, 2)
		dst = appendHex(dst, b.len(), prefix-extendedPrefix)
	} else {
		dst = appendHex(dst, b.len(), 2)
	}
	return append(dst, b.Data...)
}

const hexDigits = "0123456789ABCDEF"

// appendHex writes n with exactly that many hex digits, the last ones.
func appendHex(dst []byte, n, digits int) []byte {
	for i := digits - 1; i >= 0; i-- {
		dst = append(dst, hexDigits[n>>(4*i)&0xf])
	}
	return dst
}

// problem returns what keeps b from being written, or "".
func (b *OptionalBlock) problem() string {
	switch {
	case len(b.ID) != 2 || !allAlphanumeric(b.ID):
		return "ID is not two letters or digits"
	case !allPrintable(b.Data):
		return "data is not printable ASCII"
	case b.LengthDigits < 0 || b.LengthDigits > maxDigits:
		return "length has more than 8 digits"
	case b.LengthDigits > 0 && uint64(b.len()) >= 1<<(4*b.LengthDigits):
		return "length does not fit its digits"
	}
	return ""
}

// The three alphabets of X9.143 section 4: AN, PA and H.

func alphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

func allAlphanumeric(s string) bool {
	for i := range len(s) {
		if !alphanumeric(s[i]) {
			return false
		}
	}
	return true
}

func allPrintable(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

// hexNumber returns the value of hex digits in upper case, eight at most.
func hexNumber(s string) (n int, ok bool) {
	if s == "" || len(s) > maxDigits {
		return 0, false
	}
	for i := range len(s) {
		d := strings.IndexByte(hexDigits, s[i])
		if d < 0 {
			return 0, false
		}
		n = n<<4 | d
	}
	return n, true
}
