package pkcs11

import (
	"os"
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

// environment guards the environment of this process while a library is loaded
// or initialized: writing for one that has variables of its own, reading for all
// others. What other C code of the process reads of the environment in that
// moment nobody can guard.
var environment sync.RWMutex

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

// privateEnvironment returns the variables of a library, and whether it is a
// private copy.
func privateEnvironment(key string) (env []string, private bool) {
	copies.Lock()
	defer copies.Unlock()
	if c := copies.m[key]; c != nil {
		return c.env, true
	}
	return nil, false
}

// withEnvironment calls f with variables of the environment set, and sets them
// back. With cgo, os.Setenv changes what C's getenv sees.
func withEnvironment(env []string, f func() error) error {
	if len(env) == 0 {
		environment.RLock()
		defer environment.RUnlock()
		return f()
	}
	environment.Lock()
	defer environment.Unlock()
	for _, item := range env {
		name, value, _ := strings.Cut(item, "=")
		old, had := os.LookupEnv(name)
		if had && old == value {
			continue
		}
		if err := os.Setenv(name, value); err != nil {
			return err
		}
		defer func() {
			if had {
				_ = os.Setenv(name, old)
			} else {
				_ = os.Unsetenv(name)
			}
		}()
	}
	return f()
}
