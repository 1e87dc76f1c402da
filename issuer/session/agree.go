package session

import (
	"context"
	"crypto/sha512"
	"fmt"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

// The length of the shared info in bytes. 32 random ones are usual.
const (
	MinSharedInfo = 16
	MaxSharedInfo = 64
)

// Offer is what a client sends to agree on a key.
type Offer struct {
	// PublicKey is the client's ephemeral public key of P-256: a JWK (RFC 7517), or
	// the 65 bytes of the uncompressed point (SEC 1 section 2.3.3).
	PublicKey []byte
	// SharedInfo is random and goes into the key: 16 to 64 bytes.
	SharedInfo []byte
	// KeyID is the kid of the service's key that the client used. If it is empty,
	// nothing is compared, and a wrong key shows as a block that does not open.
	KeyID string
}

// Agreed is a PIN key that the client has too. This process does not keep it: it
// is on the HSM alone.
type Agreed struct{ *imported }

// Agree puts the PIN key of an offer on the HSM. The caller releases it.
//
// The key is AES-128: the first 16 bytes of the Concat KDF (NIST SP 800-56A
// revision 3 section 5.8.2.1) with SHA-512, of the x coordinate of the shared
// point of ECDH (32 bytes), and with the shared info as all of the OtherInfo. This
// is how AWS Payment Cryptography agrees on PIN keys, ECC_NIST_P256 and SHA_512.
//
// Errors are [ErrPeer], [ErrSharedInfo], [ErrKeyID], [ErrNoImport], or wrap the
// HSM's.
func (s *Sessions) Agree(ctx context.Context, o Offer) (*Agreed, error) {
	if o.KeyID != "" && o.KeyID != s.public.Keys[agreementKey].KeyID {
		return nil, ErrKeyID
	}
	if n := len(o.SharedInfo); n < MinSharedInfo || n > MaxSharedInfo {
		return nil, ErrSharedInfo
	}
	peer, err := parsePeer(o.PublicKey)
	if err != nil {
		return nil, err
	}
	point, err := peer.ECDH()
	if err != nil {
		return nil, ErrPeer
	}
	secret, err := s.keys.agreement().ECDH(point)
	if err != nil {
		return nil, ErrPeer
	}
	defer clear(secret)
	raw := concatKDF(sha512.New, secret, o.SharedInfo, keys.AES128.KeySize())
	defer clear(raw)
	k, err := cleartext.New(keys.AES128, keys.UsagePIN, raw)
	if err != nil {
		return nil, fmt.Errorf("issuer/session: %w", err)
	}
	on, err := s.put(ctx, k)
	if err != nil {
		return nil, err
	}
	return &Agreed{on}, nil
}
