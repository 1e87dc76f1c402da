package server

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/pinblock"
)

// health says whether requests would be served. It really tries the HSM and the
// store, once a second at most however often it is asked.
type health struct {
	hsm      *hsm.HSM
	store    issuer.Store
	service  *issuer.Service
	trials   []hsm.Generation
	draining atomic.Bool
	now      func() time.Time

	mu    sync.Mutex // held while trying, so that who comes meanwhile gets that answer
	tried time.Time
	state state
}

func newHealth(h *hsm.HSM, s issuer.Store, v *issuer.Service, storage string, products []issuer.Profile) *health {
	out := &health{hsm: h, store: s, service: v, now: time.Now}
	for _, p := range products {
		out.trials = append(out.trials, hsm.Generation{PAN: nobody, Length: p.PINLength, Method: p.Method, MethodKey: p.MethodKey,
			To: hsm.PINKey{Key: storage, Format: pinblock.ISO4}})
	}
	return out
}

// nobody is the account of PINs that are drawn for a trial.
var nobody, _ = pinblock.ParsePAN("0000000000000000")

// tryHSM uses every key that requests would use: it draws a PIN for each product,
// for no card, and forgets it. A device may know its keys from before and be gone.
func (h *health) tryHSM(ctx context.Context) error {
	if err := h.hsm.Ping(ctx); err != nil {
		return err
	}
	if err := h.service.CheckKeys(ctx); err != nil {
		return err
	}
	for _, g := range h.trials {
		if _, err := h.hsm.GeneratePIN(ctx, g); err != nil {
			return err
		}
	}
	return nil
}

// state is what was found.
type state struct{ hsm, store error }

// errDraining is what a service that is ending says.
var errDraining = errors.New("issuer/server: the service is shutting down")

const (
	healthAge     = time.Second
	healthTimeout = 3 * time.Second
)

// Ready returns nil if the HSM has its keys and the store takes writes.
func (h *health) Ready(ctx context.Context) error {
	if h.draining.Load() {
		return errDraining
	}
	s := h.check(ctx)
	return errors.Join(s.hsm, s.store)
}

func (h *health) check(ctx context.Context) state {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.now().Sub(h.tried) < healthAge {
		return h.state
	}
	// Whoever asked first may go away; the others have the same answer.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), healthTimeout)
	defer cancel()
	var wait sync.WaitGroup
	var s state
	wait.Go(func() {
		if err := h.store.Ping(ctx); err != nil {
			s.store = fmt.Errorf("issuer/server: the store does not answer: %w", err)
		}
	})
	wait.Go(func() {
		if err := h.tryHSM(ctx); err != nil {
			s.hsm = fmt.Errorf("issuer/server: the HSM does not serve: %w", err)
		}
	})
	wait.Wait()
	h.state, h.tried = s, h.now()
	return s
}
