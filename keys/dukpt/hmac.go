package dukpt

import (
	"crypto/hmac"
	"crypto/sha256"

	"github.com/pinion-hsm/pinion/internal/secret"
	"github.com/pinion-hsm/pinion/keys"
)

// HMACLength is the length of an HMAC key in bits, one of three.
type HMACLength uint16

// The HMAC key types of AES DUKPT, X9.24-3:2017 6.2.1.
const (
	HMAC128 HMACLength = 128
	HMAC192 HMACLength = 192
	HMAC256 HMACLength = 256
)

// HMACKey makes the HMACs of one AES DUKPT transaction in one direction. It does
// not print. The zero HMACKey is invalid.
type HMACKey struct {
	hidden
	key secret.Bytes
}

// HMACKey returns the HMAC key for MACRequest, MACResponse or MACBoth. Errors are
// [ErrPurpose] for every other purpose, [ErrAlgorithm] for another length and with
// TDES DUKPT, and [ErrStrength] if the key would be longer than the initial key.
func (t Transaction) HMACKey(p Purpose, length HMACLength) (HMACKey, error) {
	n, err := t.node()
	defer n.clear()
	switch {
	case err != nil:
		return HMACKey{}, err
	case !p.mac():
		return HMACKey{}, ErrPurpose
	case !t.ksn.IsAES(), length != HMAC128 && length != HMAC192 && length != HMAC256:
		return HMACKey{}, ErrAlgorithm
	}
	kind := keyType{indicator: 0x0005, bits: uint16(length), strength: uint16(length)}
	if kind.strength > keyTypes[t.alg].strength {
		return HMACKey{}, ErrStrength
	}
	s := counterStep(purposes[p].code, kind, t.ksn, t.ksn.Counter())
	if err := n.follow(s); err != nil {
		return HMACKey{}, err
	}
	return HMACKey{key: secret.New(n.key[:s.size])}, nil
}

// SHA256 returns the 32 bytes of the HMAC-SHA256 of msg, FIPS 198-1. Compare them
// with hmac.Equal. The error is [keys.ErrZeroKey].
func (h HMACKey) SHA256(msg []byte) (mac []byte, err error) {
	if secret.IsZero(h.key) {
		return nil, keys.ErrZeroKey
	}
	secret.Lend(h.key, func(raw []byte) {
		m := hmac.New(sha256.New, raw)
		m.Write(msg)
		mac = m.Sum(nil)
	})
	return mac, nil
}
