package keyblock

import "github.com/pinion-hsm/pinion/keys"

// version is what is particular to a version of the key block.
type version struct {
	name      string
	block     int  // of the cipher, in bytes; optional blocks fill multiples of it
	mac       int  // length of the authenticator, in bytes
	variant   bool // keys are variants of the KBPK, not derived from it
	streaming bool // enciphered with CTR: no padding to whole blocks
}

// versions are those of X9.143 section 6.2 table 1, and of ISO 20038 annex A.
var versions = map[byte]*version{
	'A': {name: "TDES, key variant binding (TR-31:2005, withdrawn)", block: 8, mac: 4, variant: true},
	'B': {name: "TDES, key derivation binding", block: 8, mac: 8},
	'C': {name: "TDES, key variant binding (legacy)", block: 8, mac: 4, variant: true},
	'D': {name: "AES, key derivation binding", block: 16, mac: 16},
	'E': {name: "AES, key derivation binding, CTR mode (ISO 20038)", block: 16, mac: 16, streaming: true},
}

// fits reports whether v uses a KBPK of algorithm a.
func (v *version) fits(a keys.Algorithm) bool { return a.Valid() && a.BlockSize() == v.block }

// aes reports whether v is one of the AES versions.
func (v *version) aes() bool { return v.block == 16 }

// payload returns how many bytes are enciphered for a key and padding that are
// together n bytes long: the two of the length field more, and in whole blocks.
func (v *version) payload(n int) int {
	n += lengthField
	if v.streaming {
		return n
	}
	return (n + v.block - 1) / v.block * v.block
}

// lengthField is the size of the key's length in bits, which comes before the
// key in the enciphered part: two bytes, X9.143 section 6.1.
const lengthField = 2
