//go:build cgo

package pkcs11

import (
	"os"
	"strings"
	"sync"
)

// environment guards the environment of this process while a library is loaded
// or initialized: writing for one that has variables of its own, reading for all
// others. What other C code of the process reads of the environment in that
// moment nobody can guard.
var environment sync.RWMutex

// setupOf returns how a library is set up: the zero Setup unless it is a private
// copy.
func setupOf(key string) Setup {
	copies.Lock()
	defer copies.Unlock()
	if c := copies.m[key]; c != nil {
		return c.Setup
	}
	return Setup{}
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
