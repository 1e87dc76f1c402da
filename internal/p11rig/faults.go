//go:build unix

package p11rig

import (
	"math"
	"slices"
	"sync"
	"time"
)

// Fail lets a function be called after more times, and then, times times, it
// returns rv without doing anything. Fewer than zero times is for ever, zero is
// never again. It takes the place of what was said of the function before. With
// rv zero (CKR_OK) the function claims to have done it.
func (m *Tamper) Fail(fn string, rv uint, after, times int) {
	m.t.Helper()
	f := m.function(fn)
	f.to.Store(0) // nothing fails while this is half said
	f.rv.Store(uint64(rv))
	from := f.calls.Load() + uint64(after)
	f.from.Store(from)
	switch {
	case times < 0:
		f.to.Store(math.MaxUint64)
	case times > 0:
		f.to.Store(from + uint64(times))
	}
}

// Hang has the calls of a function block until they are released: then they are
// done, late. The end of the test releases them too. A device that was opened
// before Hang is closed after that.
func (m *Tamper) Hang(fn string) (release func()) {
	m.t.Helper()
	f := m.function(fn)
	id := m.hangs.Add(1)
	f.hang.Store(id)
	release = func() { f.hang.CompareAndSwap(id, 0) }
	m.t.Cleanup(release)
	return release
}

// Delay has each call of a function begin d later.
func (m *Tamper) Delay(fn string, d time.Duration) {
	m.t.Helper()
	m.function(fn).delay.Store(uint64(d))
}

// Hide has the token not know a mechanism, until it is shown again.
func (m *Tamper) Hide(mechanism uint) (show func()) {
	m.t.Helper()
	return m.hide(mechanism, hideUse|hideInfo)
}

// Promise has the token list a mechanism and then refuse it.
func (m *Tamper) Promise(mechanism uint) (keep func()) {
	m.t.Helper()
	return m.hide(mechanism, hideUse)
}

// Deny has the token not list a mechanism that it has.
func (m *Tamper) Deny(mechanism uint) (admit func()) {
	m.t.Helper()
	return m.hide(mechanism, hideInfo)
}

func (m *Tamper) hide(mechanism uint, flags uint64) (undo func()) {
	m.t.Helper()
	value := uint64(mechanism)<<2 | flags
	for i := range m.control.hidden {
		w := &m.control.hidden[i]
		if w.CompareAndSwap(0, value) {
			return sync.OnceFunc(func() { w.CompareAndSwap(value, 0) })
		}
	}
	m.t.Fatalf("p11rig: more than %d mechanisms are hidden", len(m.control.hidden))
	return nil
}

// Readable has every key that is made be not sensitive and extractable, whatever
// was asked for.
func (m *Tamper) Readable(on bool) { m.control.readable.Store(number(on)) }

// corruptible are the functions whose answers can be spoilt.
var corruptible = []string{
	"C_WrapKey", "C_DeriveKey", "C_Encrypt", "C_EncryptUpdate", "C_EncryptFinal",
	"C_Decrypt", "C_DecryptUpdate", "C_DecryptFinal", "C_Sign", "C_SignFinal", "C_Digest", "C_DigestFinal",
}

// Corrupt has a function answer wrongly: one bit in the middle of its output is
// flipped, or, for C_DeriveKey, one in the middle of the data of
// CKM_XOR_BASE_AND_DATA.
func (m *Tamper) Corrupt(fn string) (mend func()) {
	m.t.Helper()
	if !slices.Contains(corruptible, fn) {
		m.t.Fatalf("p11rig: the output of %s cannot be spoilt", fn)
	}
	f := m.function(fn)
	f.corrupt.Store(1)
	return func() { f.corrupt.Store(0) }
}

// MaxSessions has the token refuse more than n sessions with CKR_SESSION_COUNT.
// Those that are open stay. Fewer than zero: no limit.
func (m *Tamper) MaxSessions(n int) { m.control.maxSessions.Store(uint64(max(n, -1) + 1)) }

// Heal ends all faults, and releases what hangs.
func (m *Tamper) Heal() {
	c := m.control
	c.maxSessions.Store(0)
	c.readable.Store(0)
	for i := range c.hidden {
		c.hidden[i].Store(0)
	}
	for i := range c.f {
		f := &c.f[i]
		f.to.Store(0)
		f.hang.Store(0)
		f.delay.Store(0)
		f.corrupt.Store(0)
	}
}

// forget is called when every process that had the library is dead.
func (m *Tamper) forget() {
	m.control.sessions.Store(0)
	for i := range m.control.f {
		m.control.f[i].hanging.Store(0)
	}
}
