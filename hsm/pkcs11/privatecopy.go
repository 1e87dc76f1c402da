package pkcs11

import (
	"path/filepath"
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
	env []string
	n   int
}

// PrivateCopy says that the library file at path is a copy made for one token
// alone, and is to be loaded and initialized with these environment variables
// ("NAME=value"). Such a library is unloaded after its last use,
// where others stay mapped. The function it returns takes it back.
//
// SoftHSM2, like other libraries, takes its configuration from the environment
// when it is initialized, and is initialized once in a process. A copy of the
// file is another library to the system's loader, with a state of its own: so
// several tokens can be used in one process, each with its configuration.
func PrivateCopy(path string, env ...string) (forget func()) {
	key := canonical(path)
	copies.Lock()
	defer copies.Unlock()
	c := copies.m[key]
	if c == nil {
		c = &privateCopy{}
		copies.m[key] = c
	}
	c.env = append([]string(nil), env...)
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
