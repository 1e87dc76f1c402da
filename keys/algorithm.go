package keys

import (
	"strconv"
	"strings"
)

// Algorithm is a cipher together with the length of its key. The zero Algorithm
// is invalid.
type Algorithm uint8

const (
	// TDES2 is double length TDES: 16 bytes, enciphering with K1, K2, K1. Keying
	// option 2 of NIST SP 800-67 section 3.2.
	TDES2 Algorithm = iota + 1
	// TDES3 is triple length TDES: 24 bytes, three different parts. Keying option 1.
	TDES3
	// AES128 is AES with a key of 16 bytes, FIPS 197.
	AES128
	// AES192 is AES with a key of 24 bytes.
	AES192
	// AES256 is AES with a key of 32 bytes.
	AES256
)

// algorithms is indexed by Algorithm; the zero row is that of no algorithm.
var algorithms = [...]struct {
	name               string
	keySize, blockSize int
}{
	TDES2:  {"TDES2", 16, 8},
	TDES3:  {"TDES3", 24, 8},
	AES128: {"AES128", 16, 16},
	AES192: {"AES192", 24, 16},
	AES256: {"AES256", 32, 16},
}

// ParseAlgorithm returns the algorithm with the given name, "TDES2" to "AES256",
// in any case, with or without a hyphen ("aes-128"). The error is [ErrAlgorithm].
func ParseAlgorithm(text string) (Algorithm, error) {
	name := strings.ReplaceAll(upper(text), "-", "")
	for a, row := range algorithms {
		if row.name == name && a != 0 {
			return Algorithm(a), nil
		}
	}
	return 0, ErrAlgorithm
}

// upper is strings.ToUpper for a to z alone. That of the strings package would
// also make an S of U+017F, and two texts that differ would be one name.
func upper(text string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' {
			return r - 'a' + 'A'
		}
		return r
	}, text)
}

// Valid reports whether a is one of the constants of this package.
func (a Algorithm) Valid() bool { return a != 0 && int(a) < len(algorithms) }

// String returns the name of a, such as "TDES2".
func (a Algorithm) String() string {
	if !a.Valid() {
		return "Algorithm(" + strconv.Itoa(int(a)) + ")"
	}
	return algorithms[a].name
}

// KeySize returns the length of a key in bytes: 16, 24 or 32. It is 0 if a is
// not valid.
func (a Algorithm) KeySize() int {
	if !a.Valid() {
		return 0
	}
	return algorithms[a].keySize
}

// BlockSize returns the length of a block in bytes: 8 for TDES, 16 for AES. It
// is 0 if a is not valid.
func (a Algorithm) BlockSize() int {
	if !a.Valid() {
		return 0
	}
	return algorithms[a].blockSize
}

// tdes reports whether a is one of the two forms of TDES.
func (a Algorithm) tdes() bool { return a == TDES2 || a == TDES3 }
