package session

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
)

// prefix begins the label of every session key; 32 random hex digits follow, so
// that nobody names the key of another request by chance or by guessing.
const prefix = "session-"

// IsLabel says whether a label of the HSM is one that session keys have. No other
// key should be given such a label.
func IsLabel(label string) bool { return strings.HasPrefix(label, prefix) }

// How long one call of the HSM may take, to have a key there and to have it gone.
const (
	importTimeout  = 5 * time.Second
	releaseTimeout = 2 * time.Second
)

// imported is a key that is on the HSM until it is released.
type imported struct {
	hsm   *hsm.HSM
	label string
	log   *slog.Logger
	once  sync.Once
}

// put puts a key on the HSM.
func (s *Sessions) put(ctx context.Context, k keys.Key) (*imported, error) {
	var id [16]byte
	rand.Read(id[:]) // never fails, see crypto/rand
	label := prefix + hex.EncodeToString(id[:])
	on := &imported{hsm: s.hsm, label: label, log: s.log}
	limited, cancel := context.WithTimeout(ctx, importTimeout)
	defer cancel()
	_, err := s.hsm.ImportKey(limited, hsm.KeySpec{Label: label, Ephemeral: true}, k)
	switch {
	case err == nil:
		return on, nil
	case errors.Is(err, errors.ErrUnsupported):
		return nil, fmt.Errorf("%w: %w", ErrNoImport, err)
	case limited.Err() != nil && ctx.Err() == nil:
		err = fmt.Errorf("%w: %w", hsm.ErrUnavailable, err)
	}
	on.Release(ctx) // the device may have made it and failed to say so
	return nil, fmt.Errorf("issuer/session: %w", err)
}

// Key returns the name of the key on the HSM. Its blocks are ISO-4.
func (i *imported) Key() hsm.PINKey { return hsm.PINKey{Key: i.label, Format: pinblock.ISO4} }

// Release removes the key from the HSM. It does so also after the request was
// given up, and once, however often it is called; it is to be deferred.
func (i *imported) Release(ctx context.Context) {
	i.once.Do(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
		defer cancel()
		err := i.hsm.DeleteKey(ctx, i.label)
		if err != nil && !errors.Is(err, hsm.ErrKeyNotFound) && !errors.Is(err, hsm.ErrClosed) {
			i.log.WarnContext(ctx, "a session key stays on the HSM until the device is closed", "error", err)
		}
	})
}
