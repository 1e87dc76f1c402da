//go:build cgo

package pkcs11

import (
	"github.com/miekg/pkcs11"
)

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

// giveBack takes a session back after an operation. A broken one may be in the
// middle of something, so it is closed rather than reused.
func (l *link) giveBack(s pkcs11.SessionHandle, broken bool) {
	switch {
	case broken && l.shared:
		l.drop() // there is no other session to go on with
	case l.shared:
	case broken:
		l.closeSession(s)
		l.mu.Lock()
		l.open--
		l.mu.Unlock()
	default:
		l.mu.Lock()
		l.idle = append(l.idle, s)
		l.mu.Unlock()
	}
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

// closeSession closes a session. If that fails, it was gone already; if it fails for
// no reason, it is tried once more, for the session would keep what is on it.
func (l *link) closeSession(s pkcs11.SessionHandle) {
	for range 2 {
		err := l.m.adminCall(func(c *pkcs11.Ctx) error { return c.CloseSession(s) })
		if !vague(err) {
			return
		}
	}
}
