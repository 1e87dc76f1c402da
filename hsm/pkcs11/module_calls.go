//go:build cgo

package pkcs11

import (
	"time"

	"github.com/miekg/pkcs11"
)

// patience is how long calls that must return soon are waited for.
const patience = time.Second

// alone waits until no call is in the library, and keeps others out if it returns
// true. It does not queue up for the lock: calls that go on are not held up by one
// that hangs.
func (m *module) alone(end time.Time) bool {
	for ; !m.calls.TryLock(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			return false
		}
	}
	return true
}

// begin and end are before and after a call. A call that changes the library's
// tables opens or closes a session, or makes, finds or destroys an object.
func (m *module) begin(tables bool) {
	m.calls.RLock()
	if m.quirks.oneCall || m.quirks.oneChange && tables {
		m.admin.Lock()
	}
}

func (m *module) end(tables bool) {
	if m.quirks.oneCall || m.quirks.oneChange && tables {
		m.admin.Unlock()
	}
	m.calls.RUnlock()
}

// call calls f, which makes calls of the library that leave its tables alone.
func (m *module) call(f func(*pkcs11.Ctx) error) error {
	m.begin(false)
	defer m.end(false)
	return f(m.ctx)
}

// adminCall calls f, which makes calls that change the library's tables.
func (m *module) adminCall(f func(*pkcs11.Ctx) error) error {
	m.begin(true)
	defer m.end(true)
	return f(m.ctx)
}
