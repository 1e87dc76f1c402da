package clearblock

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"fmt"

	"github.com/pinion-hsm/pinion/internal/secret"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/keyblock"
)

// NewKBPK returns a protection key of the given bytes for blocks of the given
// version: 16 or 24 bytes of TDES for A, B and C, and 16, 24 or 32 of AES for D and
// E. It takes keys that package keys refuses, TDES with equal parts among them,
// because blocks under such keys exist. The error is [keyblock.ErrKBPK], or that
// of crypto/des where TDES is switched off.
func NewKBPK(version byte, raw []byte) (keyblock.KBPK, error) {
	algorithms := map[int]keys.Algorithm{16: keys.TDES2, 24: keys.TDES3}
	if version == 'D' || version == 'E' {
		algorithms = map[int]keys.Algorithm{16: keys.AES128, 24: keys.AES192, 32: keys.AES256}
	}
	a, ok := algorithms[len(raw)]
	if !ok || version < 'A' || version > 'E' {
		return nil, keyblock.ErrKBPK
	}
	b, err := newCipher(a, raw)
	if err != nil {
		return nil, err
	}
	return kbpk{algorithm: a, raw: secret.New(raw), encrypt: b.Encrypt}, nil
}

func newCipher(a keys.Algorithm, raw []byte) (cipher.Block, error) {
	if a.BlockSize() == aes.BlockSize {
		return aes.NewCipher(raw)
	}
	var k [24]byte
	defer clear(k[:])
	copy(k[copy(k[:], raw):], raw)
	b, err := des.NewTripleDESCipher(k[:])
	if err != nil {
		return nil, fmt.Errorf("keys/keyblock/clearblock: %w", err) // GODEBUG=fips140=only
	}
	return b, nil
}

// kbpk holds its cipher in a func, as a keys.Key does: a func prints nothing.
type kbpk struct {
	algorithm keys.Algorithm
	raw       secret.Bytes
	encrypt   func(dst, src []byte)
}

func (k kbpk) Algorithm() keys.Algorithm { return k.algorithm }
func (k kbpk) Usage() keys.Usage         { return keys.UsageKBPK }
func (k kbpk) Secret() secret.Bytes      { return k.raw }

func (k kbpk) Encrypt(ctx context.Context, dst, src []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	for n := k.algorithm.BlockSize(); len(src) >= n; dst, src = dst[n:], src[n:] {
		k.encrypt(dst[:n], src[:n])
	}
	return nil
}
