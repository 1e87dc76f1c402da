//go:build cgo

package pkcs11

import (
	"context"
	"sync"

	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// derivedKey is a key that was made of another for one operation.
type derivedKey struct {
	key
	*derivation
}

// derivation is the source of a derived key: the object it is on a link, and how
// to have it on the next one if that link is lost in the middle of the operation.
type derivation struct {
	bdk   *key
	steps []dukpt.Step
	info  hsm.KeyInfo

	mu       sync.Mutex
	on       *link // where it is an object; it does not keep the link up
	handle   pkcs11.ObjectHandle
	released bool
}

// object implements source.
func (s *derivation) object(ctx context.Context, l *link) (object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.released {
		return object{}, &hsm.Error{Key: s.info.Label, Err: hsm.ErrKeyNotFound, Hint: "the key that was derived from it is released"}
	}
	if s.on == l {
		return object{handle: s.handle, info: s.info}, nil
	}
	for _, step := range s.steps[len(s.steps)-2:] { // which have all the algorithms there are
		if err := l.prove(ctx, step.Algorithm); err != nil {
			return object{}, err
		}
	}
	var h pkcs11.ObjectHandle
	err := s.bdk.withObject(ctx, l, func(o object) (err error) {
		if err := o.mayUse(pkcs11.CKA_DERIVE); err != nil {
			return err
		}
		h, err = l.derive(ctx, o.handle, s.steps)
		return err
	})
	if err != nil {
		return object{}, err
	}
	s.on, s.handle = l, h
	return object{handle: s.handle, info: s.info}, nil
}

// forget implements source.
func (s *derivation) forget(l *link) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.on == l {
		s.on = nil
	}
}

// Release implements [hsm.Releaser]: it destroys the object. It may be called more
// than once.
func (s *derivation) Release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.released = true
	l := s.on
	s.on = nil
	if l == nil || !l.enter() {
		return // it went, or goes, with the link's sessions
	}
	defer l.leave()
	l.destroy(s.handle)
}

var _ hsm.Releaser = (*derivedKey)(nil)
