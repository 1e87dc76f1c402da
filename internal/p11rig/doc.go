// Package p11rig makes PKCS#11 tokens fail, for tests: libraries that refuse,
// hang, lie and write down what crosses ([NewTamper]), tokens in another process
// that is killed, stopped and started again ([Serve]), and OpenSC's spy ([Spy]).
//
// Each is a library file of its own, made for one test, in front of the real one:
// what it returns is a [pkcs11.Config] to open as any other, and a [pkcs11.Setup]
// to put another one in front. The files are copies in the directory of the test,
// and are never unloaded, because a call may still hang in them.
//
// It needs a C compiler, as cgo does.
package p11rig

import "github.com/pinion-hsm/pinion/hsm/pkcs11"

// TB is what the package needs of a *testing.T or *testing.B. As theirs, Fatalf
// ends the goroutine of the test, so the rigs are for that goroutine, except
// where they say otherwise.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
	TempDir() string
	Cleanup(func())
}

// check ends the test if there is an error.
func check(t TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("p11rig: %v", err)
	}
}

// in registers the library file as a private copy in front of the one that c
// names, for as long as the test runs.
func in(t TB, file string, c pkcs11.Config, s pkcs11.Setup) pkcs11.Config {
	t.Cleanup(pkcs11.PrivateCopy(file, s))
	c.URI.ModulePath, c.URI.ModuleName = file, ""
	return c
}
