package keys

import (
	"crypto/rand"

	"github.com/pinion-hsm/pinion/internal/secret"
)

// Generate returns a random key, a TDES key with odd parity. Weak keys are drawn
// again. Errors are [ErrAlgorithm], [ErrUnknownUsage], or that of crypto/des where
// TDES is switched off.
func Generate(a Algorithm, u Usage) (Key, error) {
	return generate(a, u, func(b []byte) { rand.Read(b) }) // never fails, see crypto/rand
}

// generate is Generate with the random bytes from draw, for known answers.
func generate(a Algorithm, u Usage, draw func([]byte)) (Key, error) {
	if !a.Valid() {
		return Key{}, ErrAlgorithm
	}
	raw := make([]byte, a.KeySize())
	defer clear(raw)
	for {
		draw(raw)
		if a.tdes() {
			setOddParity(raw)
		}
		if checkStrength(a, raw) == nil {
			return FromSecret(a, u, secret.New(raw))
		}
	}
}
