package keys

import "github.com/pinion-hsm/pinion/internal/secret"

// The functions of this file are the door that keys/cleartext goes through, and
// the other packages under keys. They are exported because those are other
// packages, and useless to everybody else: bytes go in and out hidden in a type
// that only packages of this module can make or look into.

// FromSecret returns the key with the bytes in s. Errors are [ErrAlgorithm],
// [ErrUnknownUsage], [ErrKeySize], [ErrWeak] (8 bytes for a TDES key are single
// DES, and so this one), or that of crypto/des where TDES is switched off. The
// parity of a TDES key is left as it is, right or wrong.
//
// It is between packages of this module; others use cleartext.New.
func FromSecret(a Algorithm, u Usage, s secret.Bytes) (Key, error) {
	if !u.Valid() {
		return Key{}, ErrUnknownUsage
	}
	m := &material{alg: a, usage: u, size: a.BlockSize(), bytes: s}
	var err error
	secret.Lend(s, func(raw []byte) {
		if err = checkStrength(a, raw); err != nil {
			return
		}
		b, e := newBlock(a.tdes(), raw)
		if err = e; err == nil {
			m.encrypt, m.decrypt = newECB(b)
		}
		if err == nil && a.tdes() {
			m.encrypt, m.decrypt = inBulk(s, m.encrypt, m.decrypt)
		}
	})
	if err != nil {
		return Key{}, err
	}
	return Key{p: m}, nil
}

// Secret returns the bytes of the key, hidden; nothing for the zero Key. It is
// between packages of this module; others use cleartext.Bytes.
func (k Key) Secret() secret.Bytes { return k.m().bytes }

// ComponentFromSecret returns the component with the bytes in s, of a key of the
// given algorithm. Any bytes of the right length are a component: zeros and equal
// halves are as likely as every other value. Errors are [ErrAlgorithm],
// [ErrComponentLength], or that of crypto/des where TDES is switched off.
//
// It is between packages of this module; others use cleartext.NewComponent.
func ComponentFromSecret(a Algorithm, s secret.Bytes) (Component, error) {
	if !a.Valid() {
		return Component{}, ErrAlgorithm
	}
	if secret.Len(s) != a.KeySize() {
		return Component{}, ErrComponentLength
	}
	kcv, err := SecretKCV(s, a.defaultKCV(), nil, defaultKCVDigits)
	if err != nil {
		return Component{}, err
	}
	return Component{alg: a, bytes: s, kcv: kcv}, nil
}

// Secret returns the bytes of the component, hidden; nothing for the zero one. It is
// between packages of this module; others use cleartext.ComponentBytes.
func (c Component) Secret() secret.Bytes { return c.bytes }

// SecretOddParity returns the bytes in s with odd parity. It is between packages of
// this module; others use cleartext.OddParity.
func SecretOddParity(s secret.Bytes) (odd secret.Bytes) {
	secret.Lend(s, func(raw []byte) {
		b := append([]byte(nil), raw...)
		defer clear(b)
		setOddParity(b)
		odd = secret.New(b)
	})
	return odd
}

// SecretHasOddParity reports whether every byte in s has odd parity. It is between
// packages of this module; others use cleartext.HasOddParity.
func SecretHasOddParity(s secret.Bytes) (odd bool) {
	secret.Lend(s, func(raw []byte) { odd = hasOddParity(raw) })
	return odd
}
