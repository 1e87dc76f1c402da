//go:build cgo

package pkcs11

import (
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/miekg/pkcs11"
)

// persist calls f, and if the token is not there resets the library and calls it
// again: SoftHSM2, for one, does not see a token that was made since. Where it may
// be there and have been unreadable for a moment (see quirks) it does so some times
// more. The caller holds m.dialing.
func (m *module) persist(f func() error) error {
	err := f()
	for n := range m.quirks.tries() {
		if !gone(err) && !errors.Is(err, ErrNoToken) && !m.quirks.fleeting(err) {
			return err
		}
		// Those who disturb each other must not do so in step.
		time.Sleep(rand.N(time.Duration(n)*10*time.Millisecond + 1))
		if !m.reset(err) {
			return err
		}
		err = f()
	}
	return err
}

// reset finalizes and initializes the library, for those that do not notice by
// themselves that a token went or came. It reports false if that would break
// what somebody else does: a connection that works, a call that has not returned,
// or another user of the library in this process. The caller holds m.dialing.
func (m *module) reset(cause error) bool {
	if !m.ours && !is(cause, pkcs11.CKR_CRYPTOKI_NOT_INITIALIZED) {
		return false
	}
	end := time.Now().Add(patience)
	if !m.dropLinks(end) || !m.alone(end) {
		return false
	}
	defer m.calls.Unlock()
	m.finalize()
	return m.initialize() == nil
}

// dropLinks gives up the connections that there are, if not one of them works, and
// waits until nobody uses them: a session handle of before a reset may be somebody
// else's after it.
func (m *module) dropLinks(end time.Time) bool {
	m.links.Lock()
	links := slices.Collect(maps.Keys(m.links.m))
	m.links.Unlock()
	for _, l := range links {
		if l.busy() || l.alive() {
			return false
		}
	}
	for _, l := range links {
		l.drop()
		if !l.left(end) {
			return false
		}
	}
	return true
}

// linked counts a connection in, and unlinked out.
func (m *module) linked(l *link) {
	m.hold()
	m.links.Lock()
	defer m.links.Unlock()
	if m.links.m == nil {
		m.links.m = map[*link]struct{}{}
	}
	m.links.m[l] = struct{}{}
}

func (m *module) unlinked(l *link) {
	m.links.Lock()
	delete(m.links.m, l)
	m.links.Unlock()
	m.release()
}
