//go:build cgo

package pkcs11

import (
	"fmt"
	"os"
	"sync"
	"time"
	"unsafe"

	"github.com/miekg/pkcs11"
)

// module is a PKCS#11 library in this process. There is one of each, because a
// library is initialized once in a process whoever uses it; it is counted, and
// the last user finalizes it.
type module struct {
	key      string // canonical name of the file
	ctx      *pkcs11.Ctx
	raw      raw
	quirks   quirks
	setup    Setup
	reserved unsafe.Pointer // its parameters, in C

	ready  sync.Once // loads and initializes
	broken error     // why it could not

	refs int // guarded by modules

	// calls is held for reading during every call of the library, and for writing
	// while it is finalized and initialized: C_Finalize with another thread in
	// the library is undefined (PKCS#11 v2.40 base, 5.4).
	calls sync.RWMutex

	// dialing is held while a connection is made or given up as lost, so that one
	// device does not reset the library under another that is just logging in.
	dialing sync.Mutex
	ours    bool // this package initialized the library, guarded by dialing

	// links are the connections that still have sessions; they are added to only
	// under dialing.
	links struct {
		sync.Mutex
		m map[*link]struct{}
	}

	// making is held, as its one value, from the search for a key's label to its
	// creation.
	making chan struct{}

	// admin serializes what a library does not bear at the same time: see quirks.
	admin sync.Mutex
}

// modules are the libraries in use.
var modules = struct {
	sync.Mutex
	m map[string]*module
}{m: map[string]*module{}}

// acquire returns the library of a file, loaded and initialized. The caller
// releases it.
func acquire(path string) (*module, error) {
	key := canonical(path)
	modules.Lock()
	m := modules.m[key]
	if m == nil {
		m = &module{key: key, setup: setupOf(key), making: make(chan struct{}, 1)}
		modules.m[key] = m
	}
	m.refs++
	modules.Unlock()

	m.ready.Do(func() { m.broken = m.load() })
	if m.broken != nil {
		err := m.broken
		m.release()
		return nil, err
	}
	return m, nil
}

// load loads and initializes the library.
func (m *module) load() error {
	// p11-kit's client reads its variable when it is loaded, not when it is
	// initialized.
	err := withEnvironment(m.setup.Env, func() error {
		m.ctx = pkcs11.New(m.key)
		return nil
	})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrModule, err)
	}
	if m.ctx == nil {
		if f, err := os.Open(m.key); err != nil {
			return fmt.Errorf("%w: %w", ErrModule, err)
		} else {
			_ = f.Close()
		}
		return fmt.Errorf("%w: %s cannot be loaded: it is no PKCS#11 library for this machine, needs a library that is missing, or is on a file system mounted noexec", ErrModule, m.key)
	}
	var ok bool
	if m.raw, ok = rawOf(m.ctx); !ok {
		return fmt.Errorf("%w: %s has no C_GetFunctionList: it is no PKCS#11 library", ErrModule, m.key)
	}
	if err := m.initialize(); err != nil {
		return err
	}
	m.quirks = m.findQuirks()
	return nil
}

// initialize calls C_Initialize. Where something else in this process has
// called it before, the library is used and never finalized.
func (m *module) initialize() error {
	err := withEnvironment(m.setup.Env, func() error { return m.ctx.Initialize(m.parameters()...) })
	m.ours = err == nil
	if err == nil || is(err, pkcs11.CKR_CRYPTOKI_ALREADY_INITIALIZED) {
		return nil
	}
	return fmt.Errorf("%w: C_Initialize of %s: %w", ErrModule, m.key, explain("", err))
}

// release gives back what acquire returned. The last one finalizes the library.
func (m *module) release() {
	modules.Lock()
	defer modules.Unlock()
	if m.refs--; m.refs > 0 {
		return
	}
	// Under the lock: whoever acquires the library next loads it anew, and must
	// not initialize it before this has finalized it.
	delete(modules.m, m.key)
	if m.ctx == nil {
		return
	}
	if !m.alone(patience) {
		return // a call does not return, and the library is left to it
	}
	defer m.calls.Unlock()
	if m.ours && m.broken == nil {
		_ = m.ctx.Finalize()
	}
	if m.setup.Unload {
		m.ctx.Destroy()
	}
}

// patience is how long calls that must return soon are waited for.
const patience = time.Second

// alone waits until no call is in the library, and keeps others out if it returns
// true. It does not queue up for the lock: calls that go on are not held up by one
// that hangs.
func (m *module) alone(most time.Duration) bool {
	for end := time.Now().Add(most); !m.calls.TryLock(); time.Sleep(time.Millisecond) {
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
