package session

import (
	"context"
	"fmt"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
)

// Session is a random AES-128 PIN key, on the HSM and here. It brings a clear PIN
// into a block that the HSM opens, and a block of the HSM's into a clear PIN.
type Session struct {
	*imported
	key keys.Key
}

// Fresh puts a random PIN key on the HSM. The caller releases it. The error is
// [ErrNoImport], or wraps the HSM's.
func (s *Sessions) Fresh(ctx context.Context) (*Session, error) {
	k, err := keys.Generate(keys.AES128, keys.UsagePIN)
	if err != nil {
		return nil, fmt.Errorf("issuer/session: %w", err)
	}
	on, err := s.put(ctx, k)
	if err != nil {
		return nil, err
	}
	return &Session{on, k}, nil
}

// Seal returns the ISO-4 block of a PIN, 16 bytes, under the session's key.
// Errors are those of [pinblock.Seal].
func (s *Session) Seal(ctx context.Context, pin pinblock.PIN, pan pinblock.PAN) ([]byte, error) {
	return pinblock.Seal(ctx, nil, s.key, pinblock.ISO4, pin, pan)
}

// Open returns the PIN in an ISO-4 block under the session's key. Errors are
// those of [pinblock.Open].
func (s *Session) Open(ctx context.Context, block []byte, pan pinblock.PAN) (pinblock.PIN, error) {
	return pinblock.Open(ctx, s.key, pinblock.ISO4, block, pan)
}
