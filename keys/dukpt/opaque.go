package dukpt

import (
	"context"
	"crypto/aes"

	"github.com/pinion-hsm/pinion/internal/secret"
	"github.com/pinion-hsm/pinion/keys"
)

// Encrypter is a BDK that can only encipher, such as one in an HSM.
type Encrypter interface {
	// BlockSize returns the cipher's block size in bytes: 8 for TDES, 16 for AES.
	BlockSize() int

	// Encrypt enciphers each block of src into dst on its own (ECB). The length
	// of src is a multiple of the block size, dst is as long, and the two are
	// the same slice.
	Encrypt(ctx context.Context, dst, src []byte) error
}

// InitialKeyAES is [InitialKey] for an AES BDK of algorithm a that only enciphers:
// the BDK stays where it is, and the initial key is in memory. Where no key may be
// in memory see [Steps]. Errors are those of bdk, [ErrKSN], [ErrScheme] and
// [ErrAlgorithm].
func InitialKeyAES(ctx context.Context, bdk Encrypter, a keys.Algorithm, ksn KSN) (keys.Key, error) {
	switch {
	case ksn.IsZero():
		return keys.Key{}, ErrKSN
	case a.BlockSize() != aes.BlockSize:
		return keys.Key{}, ErrAlgorithm
	case !ksn.IsAES() || bdk.BlockSize() != aes.BlockSize:
		return keys.Key{}, ErrScheme
	}
	s := initialStep(a, ksn)
	data := s.append(nil)
	defer clear(data)
	if err := bdk.Encrypt(ctx, data, data); err != nil {
		return keys.Key{}, err
	}
	return keys.FromSecret(a, keys.UsageInitialKey, secret.New(data[:s.size]))
}

// BaseKeyVariant returns the second key that a device needs for [InitialKeyTDES],
// of usage B2: the BDK XOR C0C0C0C000000000C0C0C0C000000000, X9.24-1:2009 A.6. It is
// as secret as the BDK. bdk has usage B0 and is TDES2; errors are
// [keys.ErrZeroKey], [keys.ErrUsage] and [keys.ErrKeySize].
func BaseKeyVariant(bdk keys.Key) (keys.Key, error) {
	switch {
	case bdk.IsZero():
		return keys.Key{}, keys.ErrZeroKey
	case bdk.Usage() != keys.UsageBDK:
		return keys.Key{}, keys.ErrUsage
	case bdk.Algorithm() != keys.TDES2:
		return keys.Key{}, keys.ErrKeySize
	}
	n := &node{alg: keys.TDES2}
	defer n.clear()
	secret.Lend(bdk.Secret(), func(raw []byte) { copy(n.key[:], raw) })
	n.tdes((*tdesKey).variant, keyMask)
	return keys.FromSecret(keys.TDES2, keys.UsageBaseKeyVariant, secret.New(n.bytes()))
}

// TDESBDK is a double length TDES BDK that only enciphers. Each key makes one half of
// an initial key; exchanged they make another key, which no error tells.
type TDESBDK struct {
	Key     Encrypter // the BDK itself
	Variant Encrypter // its [BaseKeyVariant]
}

// InitialKeyTDES is [InitialKey] for a BDK that only enciphers. Errors are those of its
// two keys, [keys.ErrZeroKey] if one is nil, [ErrKSN], [ErrScheme], and [keys.ErrWeak] if
// the two are one key.
func InitialKeyTDES(ctx context.Context, bdk TDESBDK, ksn KSN) (keys.Key, error) {
	switch {
	case bdk.Key == nil || bdk.Variant == nil:
		return keys.Key{}, keys.ErrZeroKey
	case ksn.IsZero():
		return keys.Key{}, ErrKSN
	case ksn.IsAES() || bdk.Key.BlockSize() != 8 || bdk.Variant.BlockSize() != 8:
		return keys.Key{}, ErrScheme
	}
	key := make([]byte, keys.TDES2.KeySize())
	defer clear(key)
	for i, half := range []Encrypter{bdk.Key, bdk.Variant} {
		block := key[8*i : 8*i+8]
		id := ksn.InitialKeyID()
		copy(block, id[:])
		if err := half.Encrypt(ctx, block, block); err != nil {
			return keys.Key{}, err
		}
	}
	return keys.FromSecret(keys.TDES2, keys.UsageInitialKey, secret.New(key))
}
