//go:build cgo

package pkcs11

import (
	"fmt"
	"os"
	"sync"

	"github.com/miekg/pkcs11"
)

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
