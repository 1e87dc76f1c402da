//go:build cgo

package pkcs11

import (
	"context"

	"github.com/miekg/pkcs11"
)

// use calls f with a session of its own. If f fails the session may be in the
// middle of an operation, so it is closed rather than reused.
func (l *link) use(ctx context.Context, f func(*pkcs11.Ctx, pkcs11.SessionHandle) error) error {
	s, err := l.session(ctx)
	if err != nil {
		return err
	}
	err = l.m.call(func(c *pkcs11.Ctx) error { return f(c, s) })
	l.giveBack(s, err)
	return err
}

// admin calls f with the pinned session. What f does is one call, or leaves the
// session in no operation whatever comes.
func (l *link) admin(ctx context.Context, f func(*pkcs11.Ctx, pkcs11.SessionHandle) error) error {
	if l.shared { // an operation may be on it
		s, err := l.session(ctx)
		if err != nil {
			return err
		}
		defer l.giveBack(s, nil)
	}
	return l.m.adminCall(func(c *pkcs11.Ctx) error { return f(c, l.pinned) })
}

// session waits for a permit and returns a session, a new one if none is idle.
func (l *link) session(ctx context.Context) (pkcs11.SessionHandle, error) {
	for {
		select {
		case <-l.down:
			return 0, errDropped
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-l.permits:
		}
		if l.shared {
			return l.pinned, nil
		}
		if s, ok := l.takeIdle(); ok {
			return s, nil
		}
		s, err := l.openSession()
		if err == nil {
			return s, nil
		}
		l.mu.Lock()
		l.open--
		others := l.open
		l.mu.Unlock()
		if is(err, pkcs11.CKR_SESSION_COUNT) && others > 0 {
			// The token has fewer sessions than it said. The permit is not given
			// back: this link has as many as there are sessions.
			continue
		}
		l.permits <- struct{}{}
		return 0, err
	}
}

// takeIdle returns an idle session, or counts the one that the caller opens.
func (l *link) takeIdle() (pkcs11.SessionHandle, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := len(l.idle); n > 0 {
		s := l.idle[n-1]
		l.idle = l.idle[:n-1]
		return s, true
	}
	l.open++
	return 0, false
}

// giveBack takes a session back after an operation that ended with err, and its
// permit.
func (l *link) giveBack(s pkcs11.SessionHandle, err error) {
	switch {
	case err != nil && l.shared:
		l.drop() // there is no other session to go on with
	case err != nil:
		l.closeSession(s)
		l.mu.Lock()
		l.open--
		l.mu.Unlock()
	case !l.shared:
		l.mu.Lock()
		l.idle = append(l.idle, s)
		l.mu.Unlock()
	}
	l.permits <- struct{}{}
}

// openSession opens a session, which is counted in l.open already.
func (l *link) openSession() (s pkcs11.SessionHandle, err error) {
	l.mu.Lock()
	tooMany := l.testOnlyMax > 0 && l.open+1 > l.testOnlyMax
	l.mu.Unlock()
	if tooMany {
		return 0, pkcs11.Error(pkcs11.CKR_SESSION_COUNT)
	}
	err = l.m.adminCall(func(c *pkcs11.Ctx) error {
		s, err = c.OpenSession(l.token.SlotID, l.flags)
		return err
	})
	return s, err
}

// closeSession closes a session. If that fails, it was gone already.
func (l *link) closeSession(s pkcs11.SessionHandle) {
	_ = l.m.adminCall(func(c *pkcs11.Ctx) error { return c.CloseSession(s) })
}
