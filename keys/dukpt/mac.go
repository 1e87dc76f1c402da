package dukpt

import (
	"context"
	"encoding/binary"

	"github.com/pinion-hsm/pinion/internal/cmac"
	"github.com/pinion-hsm/pinion/internal/secret"
	"github.com/pinion-hsm/pinion/keys"
)

// MACKey makes the MACs of one transaction in one direction. Like [keys.Key] it
// does not print. The zero MACKey is invalid.
type MACKey struct {
	hidden
	key keys.Key
}

// MACKey returns the key for MACRequest, MACResponse or MACBoth. Errors are those
// of WorkingKey, [ErrPurpose] for every other purpose.
func (t Transaction) MACKey(p Purpose, a keys.Algorithm) (MACKey, error) {
	if !p.mac() {
		return MACKey{}, ErrPurpose
	}
	k, err := t.WorkingKey(p, a)
	return MACKey{key: k}, err
}

// CMAC returns the CMAC of msg, NIST SP 800-38B: 16 bytes under an AES key, 8
// under TDES. Where a shorter MAC has been agreed on it is cut on the right.
// Compare MACs with hmac.Equal. The error is [keys.ErrZeroKey].
func (m MACKey) CMAC(msg []byte) ([]byte, error) {
	if m.key.IsZero() {
		return nil, keys.ErrZeroKey
	}
	return cmac.SumFunc(m.key.BlockSize(), func(dst, src []byte) error {
		return m.key.Encrypt(context.Background(), dst, src) // in memory: nothing to wait for
	}, msg)
}

// RetailMAC returns the 8 bytes of the retail MAC of msg, ANSI X9.19 and ISO
// 9797-1 algorithm 3 with padding method 1: zeros up to a whole block. Often only
// the first four are sent. Errors are [keys.ErrZeroKey], and [ErrAlgorithm] unless
// the key is TDES2.
//
// Messages that differ only in zeros at their end have the same MAC. The
// message's format has to rule that out.
func (m MACKey) RetailMAC(msg []byte) ([]byte, error) {
	if m.key.IsZero() {
		return nil, keys.ErrZeroKey
	}
	if m.key.Algorithm() != keys.TDES2 {
		return nil, ErrAlgorithm
	}
	var mac uint64
	secret.Lend(m.key.Secret(), func(raw []byte) {
		mac = retailMAC(binary.BigEndian.Uint64(raw), binary.BigEndian.Uint64(raw[8:]), msg)
	})
	return binary.BigEndian.AppendUint64(nil, mac), nil
}

// retailMAC chains msg under single DES, and only the last block is TDES.
func retailMAC(left, right uint64, msg []byte) uint64 {
	var l, r desKey
	l.set(left)
	r.set(right)
	var x uint64
	for ; len(msg) > 8; msg = msg[8:] {
		x = l.encrypt(x ^ binary.BigEndian.Uint64(msg))
	}
	var last [8]byte
	copy(last[:], msg)
	x = l.encrypt(x ^ binary.BigEndian.Uint64(last[:]))
	x = l.encrypt(r.decrypt(x))
	clear(l[:])
	clear(r[:])
	return x
}
