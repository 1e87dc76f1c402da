//go:build unix

package p11rig

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/pinion-hsm/pinion/hsm/pkcs11"
)

// Tamper is a library in front of a real one, which does what the real one does
// until it is told otherwise. Its methods may be called while it works, and those
// that cannot fail the test from any goroutine.
//
// Functions are named as in the standard: "C_WrapKey". Calls are C's: the binding
// asks for the size first, so that its WrapKey, Encrypt and the like make two.
type Tamper struct {
	t       TB
	config  pkcs11.Config
	setup   pkcs11.Setup
	control *control
	log     string
	hangs   word // how many there were
}

// NewTamper returns a library in front of the one that real names, which is set
// up as setup says. The real one is not copied: do not use it directly too.
func NewTamper(t TB, real pkcs11.Config, setup pkcs11.Setup) *Tamper {
	t.Helper()
	if !filepath.IsAbs(real.URI.ModulePath) {
		t.Fatalf("p11rig: the real library is to be given by its whole path, not %q", real.URI.ModulePath)
	}
	code, err := interposer()
	check(t, err)
	if len(numbers()) != len(control{}.f) {
		t.Fatalf("p11rig: the interposer's source names %d functions", len(numbers()))
	}
	dir := t.TempDir()
	m := &Tamper{t: t, log: filepath.Join(dir, "log")}
	var shared string
	m.control, shared, err = newControl(dir)
	check(t, err)
	file := filepath.Join(dir, "tamper.so")
	check(t, os.WriteFile(file, code, 0o700))
	check(t, os.WriteFile(m.log, nil, 0o600))
	m.setup = pkcs11.Setup{Parameters: setup.Parameters, Env: append(slices.Clone(setup.Env),
		"TAMPER_MODULE="+real.URI.ModulePath, "TAMPER_CONTROL="+shared, "TAMPER_LOG="+m.log)}
	m.config = in(t, file, real, m.setup)
	return m
}

// Config returns what pkcs11.Open needs to open the token through the library.
func (m *Tamper) Config() pkcs11.Config { return m.config }

// Setup returns how the library is set up, for a process or another library that
// loads it.
func (m *Tamper) Setup() pkcs11.Setup {
	return pkcs11.Setup{Env: slices.Clone(m.setup.Env), Parameters: m.setup.Parameters}
}

// function returns the control of a function.
func (m *Tamper) function(name string) *function {
	m.t.Helper()
	i, ok := numbers()[name]
	if !ok {
		m.t.Fatalf("p11rig: PKCS#11 has no function %q", name)
	}
	return &m.control.f[i]
}

// Calls returns how often a function was called.
func (m *Tamper) Calls(fn string) int {
	m.t.Helper()
	return int(m.function(fn).calls.Load())
}

// Hanging returns how many calls hang now.
func (m *Tamper) Hanging() int {
	n := 0
	for i := range m.control.f {
		n += int(m.control.f[i].hanging.Load())
	}
	return n
}

// Sessions returns how many sessions are open. (The sessions of a process that
// dies stay counted, except in a [Server].)
func (m *Tamper) Sessions() int { return int(int64(m.control.sessions.Load())) }

// Created returns how many objects were made: created, copied, generated,
// unwrapped or derived.
func (m *Tamper) Created() int { return int(m.control.created.Load()) }

// Live returns how many of them were not destroyed. Those that went with their
// session are not known to be gone.
func (m *Tamper) Live() int { return m.Created() - int(m.control.destroyed.Load()) }

// Turns lets one call at a time into the real library, or all. Those that wait for
// their turn do not count as hanging, nor does what hangs or is delayed have it.
func (m *Tamper) Turns(on bool) { m.control.turns.Store(number(on)) }

// Record says whether the log is written, as it is from the beginning. A test of
// many operations does without.
func (m *Tamper) Record(on bool) { m.control.quiet.Store(number(!on)) }

// Log returns what crossed until now, one line per buffer: the function, what it
// is, and the bytes in hexadecimal. These are
//
//	in, out                  data, as the caller gave it and as the token returned it
//	parameter:0x364          of a mechanism, or the data it points at
//	opaque:0x1087            a parameter with pointers that are not followed: a log
//	                         that has it does not have everything
//	attribute-in:0x103       a value of a template
//	attribute-out:0x11
//	credential, label
//
// Handles, numbers and what a library or token says of itself are not in it.
func (m *Tamper) Log() []byte {
	m.t.Helper()
	b, err := os.ReadFile(m.log)
	check(m.t, err)
	return b
}

func number(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}
