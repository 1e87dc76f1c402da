package httpapi

import (
	"context"
	"errors"
	"iter"
	"net/http"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/access"
	"github.com/pinion-hsm/pinion/issuer/audit"
)

// faultyDevice does not answer, or has lost its keys, if the rig says so.
type faultyDevice struct {
	*soft.Device
	r *rig
}

func (d *faultyDevice) FindKey(ctx context.Context, ref string) (hsm.Key, error) {
	switch {
	case d.r.hsmDown.Load():
		return nil, hsm.ErrUnavailable
	case d.r.hsmLost.Load() && (ref == "storage" || ref == "pvk" || ref == "bureau"):
		return nil, hsm.ErrKeyNotFound
	}
	return d.Device.FindKey(ctx, ref)
}

// faultyStore does not answer if the rig says so.
type faultyStore struct {
	issuer.Store
	r *rig
}

func (s *faultyStore) Transact(ctx context.Context, c issuer.Claim, f func(context.Context, *issuer.Held) (issuer.Changes, error)) error {
	if s.r.storeDown.Load() {
		return issuer.ErrStore
	}
	return s.Store.Transact(ctx, c, f)
}

func (s *faultyStore) Card(ctx context.Context, token string) (issuer.Card, error) {
	if s.r.storeDown.Load() {
		return issuer.Card{}, issuer.ErrStore
	}
	return s.Store.Card(ctx, token)
}

func (s *faultyStore) TokenOf(ctx context.Context, hash []byte) (string, error) {
	if s.r.storeDown.Load() {
		return "", issuer.ErrStore
	}
	return s.Store.TokenOf(ctx, hash)
}

func (s *faultyStore) Audit(ctx context.Context, first int64) iter.Seq2[audit.Entry, error] {
	if s.r.storeDown.Load() {
		return func(yield func(audit.Entry, error) bool) { yield(audit.Entry{}, issuer.ErrStore) }
	}
	return s.Store.Audit(ctx, first)
}

// faultyAccess cannot say who calls, or panics, if the rig says so.
type faultyAccess struct {
	access.Authenticator
	r *rig
}

func (a *faultyAccess) Authenticate(r *http.Request) (*access.Principal, error) {
	switch {
	case a.r.authDown.Load():
		return nil, access.ErrUnavailable
	case a.r.authPanics.Load():
		panic(errors.New("canary 4729"))
	}
	return a.Authenticator.Authenticate(r)
}
