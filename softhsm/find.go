package softhsm

import (
	"errors"
	"fmt"
	"os"

	"github.com/pinion-hsm/pinion/internal/tokendir"
)

// ErrNotInstalled is returned where the library of SoftHSM2 is not found.
var ErrNotInstalled = errors.New("softhsm: libsofthsm2.so was not found; install SoftHSM2: " +
	"apt-get install softhsm2 (Debian, Ubuntu), dnf install softhsm (Fedora), apk add softhsm (Alpine), " +
	"brew install softhsm (macOS); or name the file in SOFTHSM2_MODULE")

// modulePaths are where systems install the library, as patterns.
var modulePaths = []string{
	"/usr/lib/softhsm/libsofthsm2.so",             // Debian, Ubuntu, Alpine
	"/usr/lib/*/softhsm/libsofthsm2.so",           // Debian, Ubuntu
	"/usr/lib64/pkcs11/libsofthsm2.so",            // Fedora
	"/usr/lib64/softhsm/libsofthsm2.so",           // Fedora, openSUSE
	"/usr/lib64/softhsm/libsofthsm.so",            // Fedora
	"/usr/lib/pkcs11/libsofthsm2.so",              // Arch
	"/opt/homebrew/lib/softhsm/libsofthsm2.so",    // macOS on ARM
	"/usr/local/lib/softhsm/libsofthsm2.so",       // macOS on Intel, and what was built from source
	"/opt/homebrew/opt/softhsm/lib/softhsm/*2.so", // macOS, installed but not linked
}

// Find returns the file of SoftHSM2's library: what the environment variable
// SOFTHSM2_MODULE names, or else where Debian, Ubuntu, Fedora, Alpine and
// Homebrew have it. The error is [ErrNotInstalled], with the command that
// installs it.
func Find() (path string, err error) {
	if path := os.Getenv("SOFTHSM2_MODULE"); path != "" {
		if !tokendir.IsFile(path) {
			return "", fmt.Errorf("softhsm: SOFTHSM2_MODULE names %s, which is no file", path)
		}
		return path, nil
	}
	return find(modulePaths)
}

func find(patterns []string) (string, error) {
	if path, ok := tokendir.Find(patterns); ok {
		return path, nil
	}
	return "", ErrNotInstalled
}
