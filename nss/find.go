package nss

import (
	"errors"
	"fmt"
	"os"

	"github.com/pinion-hsm/pinion/internal/tokendir"
)

// ErrNotInstalled is returned where NSS's library is not found.
var ErrNotInstalled = errors.New("nss: libsoftokn3.so was not found; install NSS: " +
	"apt-get install libnss3 (Debian, Ubuntu), dnf install nss-softokn (Fedora), apk add nss (Alpine), " +
	"brew install nss (macOS); or name the file in NSS_MODULE")

// modulePaths are where systems install the library, as patterns.
var modulePaths = []string{
	"/usr/lib/*/libsoftokn3.so",                // Debian, Ubuntu
	"/usr/lib/*/nss/libsoftokn3.so",            // older Debian and Ubuntu
	"/usr/lib64/libsoftokn3.so",                // Fedora, openSUSE
	"/usr/lib/libsoftokn3.so",                  // Alpine, Arch
	"/usr/local/lib/libsoftokn3.so",            // what was built from source
	"/usr/local/lib/nss/libsoftokn3.so",        // FreeBSD
	"/opt/homebrew/lib/libsoftokn3.dylib",      // macOS on ARM
	"/usr/local/opt/nss/lib/libsoftokn3.dylib", // macOS on Intel
}

// Find returns the file of NSS's library: what the environment variable NSS_MODULE
// names, or else where Debian, Ubuntu, Fedora, Alpine and Homebrew have it. The
// error is [ErrNotInstalled], with the command that installs it.
func Find() (path string, err error) {
	if path := os.Getenv("NSS_MODULE"); path != "" {
		if !tokendir.IsFile(path) {
			return "", fmt.Errorf("nss: NSS_MODULE names %s, which is no file", path)
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
