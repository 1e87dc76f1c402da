package session

import (
	"errors"
	"log/slog"
	"time"

	"github.com/pinion-hsm/pinion/hsm"
)

// Sessions makes the keys of requests on one HSM. It keeps nothing of a request
// and is safe for concurrent use.
type Sessions struct {
	hsm    *hsm.HSM
	keys   *Keys
	public PublicKeys
	log    *slog.Logger
	now    func() time.Time
}

// New returns Sessions with the service's private keys. What cannot be told to
// anybody else, that a key was not removed from the HSM, goes to the log, which
// may be nil. The error says that there is no HSM, or no keys.
func New(h *hsm.HSM, k *Keys, log *slog.Logger) (*Sessions, error) {
	if h == nil || k == nil {
		return nil, errors.New("issuer/session: sessions need an HSM and private keys")
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	public, err := k.public()
	if err != nil {
		return nil, err
	}
	return &Sessions{hsm: h, keys: k, public: public, log: log, now: time.Now}, nil
}
