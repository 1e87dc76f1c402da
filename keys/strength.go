package keys

import "crypto/subtle"

// checkStrength returns nil if raw is a key for a: of its length, and as strong
// as that length promises. How long it takes depends on a and on the length.
func checkStrength(a Algorithm, raw []byte) error {
	switch {
	case !a.Valid():
		return ErrAlgorithm
	case a.tdes() && len(raw) == 8:
		return ErrWeak // single DES: the right length for something else
	case len(raw) != a.KeySize():
		return ErrKeySize
	case a.tdes() && weakTDES(raw), !a.tdes() && allZero(raw):
		return ErrWeak
	}
	return nil
}

// weakTDES reports whether two neighbouring 8-byte parts of raw are one DES key.
// With K1 = K2 or K2 = K3 two of the three steps cancel and single DES is left.
// K1 = K3 is no worse than a double length key: key blocks in the field hold
// their double length keys so.
func weakTDES(raw []byte) bool {
	weak := 0
	for i := 8; i < len(raw); i += 8 {
		weak |= sameDESKey(raw[i-8:i], raw[i:i+8])
	}
	return weak == 1
}

// sameDESKey returns 1 if a and b are the same but for the parity bits, which DES
// does not use, and else 0.
func sameDESKey(a, b []byte) int {
	var diff byte
	for i := range a {
		diff |= (a[i] ^ b[i]) & 0xfe
	}
	return subtle.ConstantTimeByteEq(diff, 0)
}

func allZero(raw []byte) bool {
	var or byte
	for _, b := range raw {
		or |= b
	}
	return subtle.ConstantTimeByteEq(or, 0) == 1
}
