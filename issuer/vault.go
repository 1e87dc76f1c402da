package issuer

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/pinion-hsm/pinion/internal/veil"
	"github.com/pinion-hsm/pinion/pinblock"
)

// Vault keeps PANs: sealed with AES-256-GCM, bound to the card's token, and found
// again by an HMAC-SHA-256. Both keys are derived (HKDF, RFC 5869) from one data
// key, which every process on one store shares. It is safe for concurrent use.
//
// Its keys are behind functions, which print nothing.
type Vault struct {
	aead func() cipher.AEAD
	mac  func(label byte, data ...[]byte) []byte
}

// ErrDataKey says that a PAN of the store was sealed with another data key.
var ErrDataKey = errors.New("issuer: the data key is not that of the stored PANs")

// DataKeySize is the length of a data key in bytes.
const DataKeySize = 32

// NewVault returns the vault of a data key of 32 random bytes. It keeps no
// reference to the slice, which the caller should clear. The error is about another
// length.
func NewVault(dataKey []byte) (*Vault, error) {
	if len(dataKey) != DataKeySize {
		return nil, fmt.Errorf("issuer: a data key has %d bytes, not %d", DataKeySize, len(dataKey))
	}
	sealing, err := hkdf.Key(sha256.New, dataKey, nil, "pinion issuer PAN sealing", 32)
	if err != nil {
		return nil, fmt.Errorf("issuer: data key: %w", err)
	}
	finding, err := hkdf.Key(sha256.New, dataKey, nil, "pinion issuer PAN finding", 32)
	if err != nil {
		return nil, fmt.Errorf("issuer: data key: %w", err)
	}
	block, err := aes.NewCipher(sealing)
	if err != nil {
		return nil, fmt.Errorf("issuer: data key: %w", err)
	}
	gcm, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("issuer: data key: %w", err)
	}
	return &Vault{
		aead: func() cipher.AEAD { return gcm },
		mac: func(label byte, data ...[]byte) []byte {
			h := hmac.New(sha256.New, finding)
			h.Write([]byte{label})
			for _, d := range data {
				h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(d))))
				h.Write(d)
			}
			return h.Sum(nil)
		},
	}, nil
}

// Labels keep the uses of the hash apart.
const (
	labelPAN     = 1
	labelRequest = 2
)

// seal returns the PAN enciphered for the card of the token.
func (v *Vault) seal(pan pinblock.PAN, token string) []byte {
	packed := pack(pan)
	defer clear(packed)
	return v.aead().Seal(nil, nil, packed, []byte(token))
}

// open returns the PAN that was sealed for the card of the token.
func (v *Vault) open(sealed []byte, token string) (pinblock.PAN, error) {
	packed, err := v.aead().Open(nil, nil, sealed, []byte(token))
	if err != nil || len(packed) != 16 {
		return pinblock.PAN{}, ErrDataKey
	}
	defer clear(packed)
	hi, lo := binary.BigEndian.Uint64(packed), binary.BigEndian.Uint64(packed[8:])
	digits := fmt.Appendf(nil, "%03x%016x", hi&0xfff, lo)
	defer clear(digits)
	n := int(hi >> 12)
	if n < 1 || n > len(digits) {
		return pinblock.PAN{}, ErrDataKey
	}
	return pinblock.ParsePAN(digits[len(digits)-n:])
}

// hash returns what a PAN is found by.
func (v *Vault) hash(pan pinblock.PAN) []byte {
	packed := pack(pan)
	defer clear(packed)
	return v.mac(labelPAN, packed)
}

// Fingerprint returns a keyed hash of a request, 32 bytes, to tell whether
// another of the same idempotency key is the same request. It gives nothing away
// of a PIN in it without the data key.
func (v *Vault) Fingerprint(parts ...[]byte) []byte { return v.mac(labelRequest, parts...) }

// pack returns the PAN's length and digits in 16 bytes, whatever its length.
func pack(pan pinblock.PAN) []byte {
	hi, lo := pan.Veiled()
	b := binary.BigEndian.AppendUint64(make([]byte, 0, 16), veil.Reveal(hi))
	return binary.BigEndian.AppendUint64(b, veil.Reveal(lo))
}
