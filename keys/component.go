package keys

import (
	"crypto/rand"
	"crypto/subtle"

	"github.com/pinion-hsm/pinion/internal/secret"
)

// The number of components a key may have. Split knowledge needs two.
const (
	MinComponents = 2
	MaxComponents = 9
)

// Component is one of the parts of a key that are carried by different people
// and exclusive-ored to make it. Make one with [Split], or from bytes with the
// package keys/cleartext. Like a [Key] it is opaque; it is not a key in use, so
// every value of it is as good as any other. The zero Component is invalid.
type Component struct {
	_     [0]func()
	alg   Algorithm
	bytes secret.Bytes
	kcv   string
}

// IsZero reports whether c is the zero Component.
func (c Component) IsZero() bool { return c.alg == 0 }

// Algorithm returns the algorithm of the key that c is a part of.
func (c Component) Algorithm() Algorithm { return c.alg }

// KCV returns the check value by which whoever enters a component sees that it
// was read correctly: that of a key of the same bytes, as [Key.KCV] has it. It is
// empty for the zero Component.
func (c Component) KCV() string { return c.kcv }

// Split returns n components, 2 to 9, that [Combine] makes k of again, to the last
// bit. All but the last are random and, for TDES, of odd parity; the last is
// what is left. If k has odd parity that one has it too where n is odd, and even
// parity in every byte where n is even, since an even number of odd bytes adds up
// to an even one. Errors are [ErrComponentCount] and [ErrZeroKey].
func Split(k Key, n int) ([]Component, error) {
	return split(k, n, func(b []byte) { rand.Read(b) }) // never fails, see crypto/rand
}

// split is Split with the random bytes from draw, for known answers.
func split(k Key, n int, draw func([]byte)) ([]Component, error) {
	if k.IsZero() {
		return nil, ErrZeroKey
	}
	if n < MinComponents || n > MaxComponents {
		return nil, ErrComponentCount
	}
	rest := make([]byte, k.m().alg.KeySize())
	part := make([]byte, k.m().alg.KeySize())
	defer clear(rest)
	defer clear(part)
	secret.Lend(k.m().bytes, func(raw []byte) { copy(rest, raw) })

	parts := make([]Component, n)
	for i := range parts {
		if i == n-1 {
			copy(part, rest)
		} else {
			draw(part)
			if k.m().alg.tdes() {
				setOddParity(part)
			}
			subtle.XORBytes(rest, rest, part)
		}
		var err error
		if parts[i], err = ComponentFromSecret(k.m().alg, secret.New(part)); err != nil {
			return nil, err
		}
	}
	return parts, nil
}

// Parity is what becomes of the parity bits of a TDES key. It changes the key's bytes
// but nothing that it enciphers. An AES key has none, and is left alone.
type Parity bool

// What [Combine] does with parity bits.
const (
	KeepParity Parity = false // they stay as they come out
	OddParity  Parity = true  // they are set, so that every byte has odd parity
)

// Combine returns the key that is the exclusive or of its components, 2 to 9 of
// them, in any order.
//
// Errors are [ErrComponentCount], [ErrComponentLength], and those of every new
// key: [ErrAlgorithm], [ErrUnknownUsage] and [ErrWeak]. The last is also what the
// same component entered twice looks like, because the two cancel out.
func Combine(a Algorithm, u Usage, parity Parity, parts ...Component) (Key, error) {
	if !a.Valid() {
		return Key{}, ErrAlgorithm
	}
	if len(parts) < MinComponents || len(parts) > MaxComponents {
		return Key{}, ErrComponentCount
	}
	raw := make([]byte, a.KeySize())
	defer clear(raw)
	for _, c := range parts {
		if c.alg != a {
			return Key{}, ErrComponentLength
		}
		secret.Lend(c.bytes, func(b []byte) { subtle.XORBytes(raw, raw, b) })
	}
	if parity == OddParity && a.tdes() {
		setOddParity(raw)
	}
	return FromSecret(a, u, secret.New(raw))
}
