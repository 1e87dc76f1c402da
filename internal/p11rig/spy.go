//go:build unix

package p11rig

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/pinion-hsm/pinion/hsm/pkcs11"
)

// SpyLog is OpenSC's pkcs11-spy in front of a library: somebody else's record of
// what crosses. It has the buffers of every call, but of a derivation's parameter
// only the bytes of the structure, not the data they point at: see [Tamper.Log].
type SpyLog struct {
	t      TB
	config pkcs11.Config
	setup  pkcs11.Setup
	file   string
}

// Spy returns the spy in front of the library that real names, which is set up as
// setup says. There may be many in one process.
func Spy(t TB, real pkcs11.Config, setup pkcs11.Setup) *SpyLog {
	t.Helper()
	code := library(t, "pkcs11-spy.so", "opensc-pkcs11")
	dir := t.TempDir()
	s := &SpyLog{t: t, file: filepath.Join(dir, "log")}
	file := filepath.Join(dir, "pkcs11-spy.so")
	check(t, os.WriteFile(file, code, 0o700))
	check(t, os.WriteFile(s.file, nil, 0o600))
	// It reads these when it is first asked for its functions, which is when it is
	// loaded.
	s.setup = pkcs11.Setup{Parameters: setup.Parameters, Env: append(slices.Clone(setup.Env),
		"PKCS11SPY="+real.URI.ModulePath, "PKCS11SPY_OUTPUT="+s.file)}
	s.config = in(t, file, real, s.setup)
	return s
}

// Config returns what pkcs11.Open needs to open the token through the spy.
func (s *SpyLog) Config() pkcs11.Config { return s.config }

// Setup returns how the spy is set up, to put another library in front of it.
func (s *SpyLog) Setup() pkcs11.Setup {
	return pkcs11.Setup{Env: slices.Clone(s.setup.Env), Parameters: s.setup.Parameters}
}

// Log returns what it has written until now.
func (s *SpyLog) Log() []byte {
	s.t.Helper()
	b, err := os.ReadFile(s.file)
	check(s.t, err)
	return b
}
