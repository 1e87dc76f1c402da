package pkcs11

import (
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// copies are the libraries that have an environment of their own.
var copies = struct {
	sync.Mutex
	m map[string]*privateCopy // by file
}{m: map[string]*privateCopy{}}

// privateCopy is what is known of a copy, and how many have said so.
type privateCopy struct {
	Setup
	n int
}

// Setup is how a private copy of a library is loaded and initialized.
type Setup struct {
	// Env are environment variables ("NAME=value") that it finds when it is loaded
	// and when it is initialized.
	Env []string
	// Parameters is what C_Initialize is given in its reserved field, as NSS
	// softokn wants it: a text like "configDir='sql:/dir'".
	Parameters string
	// Unload unmaps the library after its last use. Some bear it; others have left
	// threads and destructors behind, and stay mapped.
	Unload bool
}

// PrivateCopy says that the library file at path is a copy made for one token
// alone, and is to be loaded and initialized as the setup says. The function it
// returns takes it back.
//
// Libraries are initialized once in a process, and take their configuration from
// the environment (SoftHSM2) or from what C_Initialize is given (NSS). A copy of
// the file is another library to the system's loader, with a state of its own: so
// several tokens can be used in one process, each with its configuration.
func PrivateCopy(path string, s Setup) (forget func()) {
	key := canonical(path)
	copies.Lock()
	defer copies.Unlock()
	c := copies.m[key]
	if c == nil {
		c = &privateCopy{}
		copies.m[key] = c
	}
	c.Setup = s
	c.Env = slices.Clone(s.Env)
	c.n++
	return sync.OnceFunc(func() {
		copies.Lock()
		defer copies.Unlock()
		if c.n--; c.n == 0 {
			delete(copies.m, key)
		}
	})
}

// canonical returns the one name of a library file, so that a link to it does
// not make a second library of it.
func canonical(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if abs, err := filepath.Abs(path); err == nil && strings.ContainsRune(path, filepath.Separator) {
		path = abs
	}
	return path
}
