//go:build cgo

package pkcs11

import (
	"context"
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

	refs int // guarded by modules

	// life is held while the library is loaded and while it is given up.
	life   lock
	loaded bool // and initialized, guarded by life

	// calls is held for reading during every call of the library, and for writing
	// while it is finalized and initialized: C_Finalize with another thread in
	// the library is undefined (PKCS#11 v2.40 base, 5.4).
	calls sync.RWMutex

	// dialing is held while a connection is made or given up as lost, so that one
	// device does not reset the library under another that is just logging in.
	dialing lock
	ours    bool // this package initialized the library, guarded by dialing
	down    bool // and failed to do it again after it had finalized it

	// links are the connections that still have sessions; they are added to only
	// under dialing.
	links struct {
		sync.Mutex
		m map[*link]struct{}
	}

	// making is held from the search for a key's label to its creation.
	making lock

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
func acquire(ctx context.Context, path string) (*module, error) {
	key := canonical(path)
	modules.Lock()
	m := modules.m[key]
	if m == nil {
		m = &module{key: key, setup: setupOf(key), life: newLock(), dialing: newLock(), making: newLock()}
		modules.m[key] = m
	}
	m.refs++
	modules.Unlock()
	if err := m.ready(ctx); err != nil {
		m.release()
		return nil, err
	}
	return m, nil
}

// ready loads and initializes the library if nobody has.
func (m *module) ready(ctx context.Context) error {
	if err := m.life.take(ctx); err != nil {
		return err
	}
	defer m.life.give()
	if m.loaded {
		return nil
	}
	if err := m.load(); err != nil {
		m.unload()
		return err
	}
	if err := m.initialize(); err != nil {
		m.unload()
		return err
	}
	m.quirks = m.findQuirks()
	m.loaded = true
	return nil
}

// load loads the library.
func (m *module) load() error {
	defer m.apart()()
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
	if m.raw, ok = rawOf(m.ctx); !ok { // the binding does not look, and would crash
		return fmt.Errorf("%w: C_GetFunctionList of %s gives no functions of version 2 or later: see the library's own log and its requirements", ErrModule, m.key)
	}
	return nil
}

// initialize calls C_Initialize. Where something else in this process has
// called it before, the library is used and never finalized.
func (m *module) initialize() error {
	defer m.apart()()
	err := withEnvironment(m.setup.Env, func() error {
		defer keepSockets()()
		return m.ctx.Initialize(m.parameters()...)
	})
	m.down = false
	switch {
	case err == nil:
		m.ours = true
	case is(err, pkcs11.CKR_CRYPTOKI_ALREADY_INITIALIZED):
		m.ours = false
	default: // it is whose it was
		m.down = true
		return fmt.Errorf("%w: C_Initialize of %s: %w", ErrModule, m.key, explain("", err))
	}
	return nil
}

// finalize calls C_Finalize, if that is this package's to do.
func (m *module) finalize() {
	if m.ours && !m.down {
		defer m.apart()()
		_ = m.ctx.Finalize()
	}
}

// hold is for who has the library, and needs it for longer than that.
func (m *module) hold() {
	modules.Lock()
	defer modules.Unlock()
	m.refs++
}

// release gives back what acquire returned. The last one finalizes the library:
// nobody is in it then, because connections hold it too, and attempts to make one.
func (m *module) release() {
	modules.Lock()
	m.refs--
	last := m.refs == 0
	modules.Unlock()
	if !last {
		return
	}
	_ = m.life.take(context.Background())
	defer m.life.give()
	if m.used() {
		return // somebody has come, and has it as it is
	}
	if m.loaded {
		m.finalize()
	}
	m.unload()
	modules.Lock()
	defer modules.Unlock()
	if m.refs == 0 {
		delete(modules.m, m.key)
	}
}

func (m *module) used() bool {
	modules.Lock()
	defer modules.Unlock()
	return m.refs > 0
}

// unload takes the library for one that was never loaded, and unmaps it if it bears
// that. The caller holds life.
func (m *module) unload() {
	if m.ctx != nil && m.setup.Unload {
		defer m.apart()()
		m.ctx.Destroy()
	}
	m.ctx, m.loaded, m.ours = nil, false, false
}

// comings is held while a library that does everything in this process comes or goes.
// Copies of one such library share others, which are not made for that to happen to
// several of them at the same moment: NSS has crashed. Libraries that may hang are
// not among them.
var comings sync.Mutex

// apart keeps libraries of that kind apart, until the function that it returns is
// called.
func (m *module) apart() (done func()) {
	if !isLocal(m.key) {
		return func() {}
	}
	comings.Lock()
	return comings.Unlock
}

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
