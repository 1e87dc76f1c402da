//go:build cgo

package pkcs11

import (
	"context"
	"sync"
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

// hold is for who has the library, and needs it for longer than that.
func (m *module) hold() {
	modules.Lock()
	defer modules.Unlock()
	m.refs++
}

// release gives back what acquire returned. The last one finalizes the library:
// nobody is in it then, because connections hold it too, and a device waits for its
// attempt to make one.
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
