package access

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/time/rate"
)

const (
	refreshAfter = 10 * time.Minute // then keys are loaded again, while the old ones serve
	keepFor      = time.Hour        // then they serve no more: a key that was withdrawn must not live on
	loadTimeout  = 5 * time.Second
	minRSA       = 2048 // bits
)

// keySet is a JSON Web Key Set (RFC 7517) that lives elsewhere. It is loaded when
// it is first needed, when it has become old, and when a token names a key that
// is not in it, for that is how issuers rotate keys. Anybody can name keys, so
// loads have a rate.
type keySet struct {
	life   context.Context // of the loads, which outlive the request that began them
	load   func(context.Context) ([]byte, error)
	now    func() time.Time
	budget *rate.Limiter

	mu     sync.Mutex
	keys   []jose.JSONWebKey
	loaded time.Time     // when keys were
	err    error         // of the last load
	flight chan struct{} // closed when the load under way has ended; nil if none is
}

func newKeySet(life context.Context, load func(context.Context) ([]byte, error)) *keySet {
	return &keySet{
		life: context.WithoutCancel(life), load: load, now: time.Now,
		budget: rate.NewLimiter(rate.Every(5*time.Second), 5),
	}
}

// current returns the keys to try first, and whether they were loaded just now.
func (s *keySet) current(ctx context.Context) (keys []jose.JSONWebKey, fresh bool, err error) {
	s.mu.Lock()
	keys, age := s.keys, s.now().Sub(s.loaded)
	if len(keys) > 0 && age < keepFor {
		if age >= refreshAfter {
			s.start()
		}
		s.mu.Unlock()
		return keys, false, nil
	}
	s.mu.Unlock()
	keys, err = s.refresh(ctx)
	return keys, true, err
}

// refresh returns the keys as they are now elsewhere; or, if the budget for loads
// is spent, as they were a few seconds ago. Errors are ErrUnavailable.
func (s *keySet) refresh(ctx context.Context) ([]jose.JSONWebKey, error) {
	s.mu.Lock()
	flight := s.start()
	s.mu.Unlock()
	if flight != nil {
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("%w: %w", ErrUnavailable, ctx.Err())
		case <-flight:
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, s.err)
	}
	if len(s.keys) == 0 || s.now().Sub(s.loaded) >= keepFor {
		return nil, ErrUnavailable
	}
	return s.keys, nil
}

// start begins a load if there is none under way and the budget allows it, and
// returns the one under way, or nil. The caller holds the lock.
func (s *keySet) start() chan struct{} {
	if s.flight != nil || !s.budget.AllowN(s.now(), 1) {
		return s.flight
	}
	flight := make(chan struct{})
	s.flight = flight
	go func() {
		keys, err := s.fetch()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.flight, s.err = nil, err
		if err == nil {
			s.keys, s.loaded = keys, s.now()
		}
		close(flight)
	}()
	return flight
}

func (s *keySet) fetch() ([]jose.JSONWebKey, error) {
	ctx, cancel := context.WithTimeout(s.life, loadTimeout)
	defer cancel()
	raw, err := s.load(ctx)
	if err != nil {
		return nil, err
	}
	return parseKeys(raw)
}

// parseKeys returns the keys of a JSON Web Key Set that signatures can be
// verified with. What it does not understand it leaves out, as RFC 7517 section 5
// asks; private and symmetric keys too, which nobody should have published.
func parseKeys(raw []byte) ([]jose.JSONWebKey, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if json.Unmarshal(raw, &set) != nil {
		return nil, errKeySet
	}
	var keys []jose.JSONWebKey
	for _, raw := range set.Keys {
		var k jose.JSONWebKey
		if k.UnmarshalJSON(raw) == nil && verifies(&k) {
			keys = append(keys, k)
		}
	}
	if len(keys) == 0 {
		return nil, errKeySet
	}
	return keys, nil
}

func verifies(k *jose.JSONWebKey) bool {
	if !k.Valid() || !k.IsPublic() || k.Use != "" && k.Use != "sig" {
		return false
	}
	if pub, ok := k.Key.(*rsa.PublicKey); ok {
		return pub.N.BitLen() >= minRSA
	}
	return true
}
