package cleartext

import (
	"github.com/pinion-hsm/pinion/internal/secret"
	"github.com/pinion-hsm/pinion/keys"
)

// NewComponent returns the key component of the given bytes, a copy of them, for
// a key of the given algorithm: its length alone would not tell TDES from AES,
// nor then its check value. Errors are [keys.ErrAlgorithm],
// [keys.ErrComponentLength], or that of crypto/des where TDES is switched off.
func NewComponent(a keys.Algorithm, raw []byte) (keys.Component, error) {
	return keys.ComponentFromSecret(a, secret.New(raw))
}

// ParseComponent returns the component written in hex digits of either case.
// Errors are [ErrHex] and those of [NewComponent].
func ParseComponent[T string | []byte](a keys.Algorithm, hexText T) (keys.Component, error) {
	raw, err := unhex(hexText)
	if err != nil {
		return keys.Component{}, err
	}
	defer clear(raw)
	return NewComponent(a, raw)
}

// ComponentBytes returns a copy of the component's bytes, for the caller to
// clear; nil for the zero Component.
func ComponentBytes(c keys.Component) []byte { return open(c.Secret()) }
