package explain

import (
	"errors"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

// checkDigits is how many digits of a check value are shown to people.
const checkDigits = 6

// KCV explains the check values of a key: its parts, its parity, what it could be, and
// every method that keys of its length can have, or only those named. The methods over
// other data are over none here; see [KCVOver]. raw may be a key that the library
// refuses, so that a key from elsewhere can be looked at.
//
// The error is [keys.ErrKeySize] if no method takes a key of this length.
func KCV(raw []byte, methods ...keys.KCVMethod) (Explanation, error) {
	return KCVOver(raw, nil, methods...)
}

// KCVOver is [KCV] with data for the methods that are over other data, such as
// [keys.HMACSHA256].
func KCVOver(raw, data []byte, methods ...keys.KCVMethod) (Explanation, error) {
	x := Explanation{Title: "Check values of a key"}
	if len(methods) == 0 {
		methods = allKCVMethods()
	}
	var err error
	var found []Step
	for _, m := range methods {
		step, kcv, failed := kcvStep(raw, data, m)
		if errors.Is(failed, keys.ErrKeySize) {
			err = failed
			continue // not a key of this method
		} else if failed != nil {
			return x, failed
		}
		found = append(found, step)
		x.Answer = append(x.Answer, Fact{Name: m.String(), Value: kcv, Kind: Check})
	}
	if len(found) == 0 {
		x.Steps = []Step{wrongSize(raw)}
		return x, err
	}
	x.Steps = append(x.Steps, keyStep(raw))
	if parityFits(raw) {
		x.Steps = append(x.Steps, parityStep(raw))
	}
	x.Steps = append(x.Steps, found...)
	if len(algorithmsOf(raw)) > 1 {
		x.Notes = []string{"Nothing about the bytes of a key says which algorithm it is for: compare with the value that came with it."}
	}
	return x, nil
}

// allKCVMethods lists the methods, the most usual first.
func allKCVMethods() []keys.KCVMethod {
	return []keys.KCVMethod{
		keys.TDESECBZero, keys.AESCMACZero, keys.AESECBZero, keys.TDESCMACZero,
		keys.TDESCMAC, keys.AESCMAC, keys.HMACSHA256,
	}
}

// wholeKCV returns the whole output of a method as hex digits.
func wholeKCV(raw, data []byte, m keys.KCVMethod) (string, error) {
	for _, digits := range []int{64, 32} { // HMAC-SHA256, AES
		if kcv, err := cleartext.KCV(raw, m, data, digits); !errors.Is(err, keys.ErrKCVLength) {
			return kcv, err
		}
	}
	return cleartext.KCV(raw, m, data, 16) // TDES
}

func wrongSize(raw []byte) Step {
	note := count(len(raw), "byte") + ": TDES has 8, 16 or 24, AES 16, 24 or 32, HMAC 14 or more"
	return Step{Title: "Look at the key", Rows: []Row{{Name: "key", Unit: Hex, Parts: []Part{part(upperHex(raw), Wrong, note)}}}}
}
