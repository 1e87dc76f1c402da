//go:build cgo

package pkcs11

import (
	"errors"
	"sync"
	"time"

	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/internal/ontoken"
	"github.com/pinion-hsm/pinion/internal/secret"
)

// errDropped is returned to who waits for a session of a link that was given up.
var errDropped = errors.New("hsm/pkcs11: the connection was dropped")

// link is one connection to a token: everything that is gone when the token is.
type link struct {
	m     *module
	token token
	flags uint // of its sessions

	// pinned keeps the login: a token logs out when an application's last session
	// is closed. It also owns the ephemeral keys, which go when it is closed. No
	// operation of many calls runs on it, so it is never in the middle of one.
	pinned pkcs11.SessionHandle
	// shared: pinned is all the sessions there are, and serves for operations too.
	// If one fails the link is given up, with the ephemeral keys.
	shared bool

	// permits is who may hold a session: a value taken is a [permit] held.
	permits chan struct{}
	down    chan struct{} // closed when the link is given up
	done    chan struct{} // closed when its last user has left, and all is closed

	handles handles
	marks   *ontoken.Marks // nil where nothing is done on the token

	pin sync.Mutex // held by who uses the pinned session

	testOnlyMax int // sessions that the token seems to have, if not zero

	mu      sync.Mutex
	idle    []pkcs11.SessionHandle
	open    int // sessions that exist, pinned apart
	users   int
	dropped time.Time // when the link was given up

	abandoned int       // calls that nobody waits for and that have not returned
	withheld  int       // permits that nobody gets until they do
	voids     int       // permits that the token had no session for
	refused   time.Time // when it said so last
}

// dial finds the token, logs in, and opens a first session for operations. The
// caller holds m.dialing.
func dial(m *module, c *Config, credential secret.Bytes, testOnlyMax int) (*link, error) {
	t, err := m.find(&c.URI)
	if err != nil {
		return nil, err
	}
	l := &link{m: m, token: t, testOnlyMax: testOnlyMax, flags: pkcs11.CKF_SERIAL_SESSION | pkcs11.CKF_RW_SESSION,
		down: make(chan struct{}), done: make(chan struct{})}
	if c.ReadOnly {
		l.flags = pkcs11.CKF_SERIAL_SESSION
	}
	if l.pinned, err = l.openSession(); err != nil {
		return nil, err
	}
	if t.LoginRequired {
		if err := l.login(credential); err != nil {
			l.closeSession(l.pinned)
			return nil, err
		}
	}
	l.open = 1
	first, err := l.openSession()
	switch {
	case err == nil:
		l.idle = []pkcs11.SessionHandle{first}
	case is(err, pkcs11.CKR_SESSION_COUNT):
		l.shared, l.open = true, 0
	default:
		l.closeSession(l.pinned)
		return nil, err
	}
	l.permits = make(chan struct{}, l.size(c.Sessions))
	for range cap(l.permits) {
		l.permits <- struct{}{}
	}
	m.linked(l)
	return l, nil
}

// size returns how many sessions the link may use at the same time, the pinned
// one apart.
func (l *link) size(wanted int) int {
	if l.shared {
		return 1
	}
	n := wanted
	if n == 0 {
		n = defaultSessions
	}
	if limit := l.token.sessions; limit != 0 && uint(n) > limit-1 {
		n = int(limit) - 1
	}
	return max(n, 1)
}

// enter counts a user in. Every enter that returns true has its leave.
func (l *link) enter() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-l.down:
		return false
	default:
		l.users++
		return true
	}
}

// leave counts a user out. The last one to leave a link that was given up closes
// what is open: a session is not closed under somebody who uses it.
func (l *link) leave() {
	l.mu.Lock()
	l.users--
	last := l.users == 0 && l.isDown()
	l.mu.Unlock()
	if last {
		go l.shut()
	}
}

// drop gives the link up. It may be called more than once.
func (l *link) drop() {
	l.mu.Lock()
	first := !l.isDown()
	if first {
		l.dropped = time.Now()
		close(l.down)
	}
	last := first && l.users == 0
	l.mu.Unlock()
	if last {
		go l.shut()
	}
}

func (l *link) isDown() bool {
	select {
	case <-l.down:
		return true
	default:
		return false
	}
}

// shut closes all sessions, and so logs out if nobody else of this process is on
// the token. It is called once, when nobody uses the link any more, and in a
// goroutine of its own: it may hang as any call may.
func (l *link) shut() {
	for _, s := range l.idle {
		l.closeSession(s)
	}
	l.closeSession(l.pinned)
	l.m.unlinked(l)
	close(l.done)
}

// left waits until nobody uses a link that was given up, and it is closed.
func (l *link) left(end time.Time) bool {
	t := time.NewTimer(time.Until(end))
	defer t.Stop()
	select {
	case <-l.done:
		return true
	case <-t.C:
		return false
	}
}

// busy reports whether the link is up and a call of it was abandoned, so that the
// token is not to be asked anything.
func (l *link) busy() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.isDown() && l.abandoned > 0
}
