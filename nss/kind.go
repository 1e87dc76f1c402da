package nss

import (
	"errors"

	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/internal/tokendir"
)

// What is in the directory of a token, beside the copies of other libraries.
const (
	libraryFile  = "libsoftokn3.so"
	databaseFile = "key4.db"
)

// ErrNotInstalled is returned where NSS's library is not found.
var ErrNotInstalled = errors.New("nss: libsoftokn3.so was not found; install NSS: " +
	"apt-get install libnss3 (Debian, Ubuntu), dnf install nss-softokn (Fedora), apk add nss (Alpine), " +
	"brew install nss (macOS); or name the file in NSS_MODULE")

// Find returns the file of NSS's library: what the environment variable NSS_MODULE
// names, or else where Debian, Ubuntu, Fedora, Alpine and Homebrew have it. The
// error is [ErrNotInstalled], with the command that installs it.
func Find() (path string, err error) { return kind.Find() }

var kind = &tokendir.Kind{
	Name:     "nss",
	Label:    Label,
	Variable: "NSS_MODULE",
	Patterns: []string{
		"/usr/lib/*/libsoftokn3.so",                // Debian, Ubuntu
		"/usr/lib/*/nss/libsoftokn3.so",            // older Debian and Ubuntu
		"/usr/lib64/libsoftokn3.so",                // Fedora, openSUSE
		"/usr/lib/libsoftokn3.so",                  // Alpine, Arch
		"/usr/local/lib/libsoftokn3.so",            // what was built from source
		"/usr/local/lib/nss/libsoftokn3.so",        // FreeBSD
		"/opt/homebrew/lib/libsoftokn3.dylib",      // macOS on ARM
		"/usr/local/opt/nss/lib/libsoftokn3.dylib", // macOS on Intel
	},
	Missing: ErrNotInstalled,
	Special: `'"\<>[]`, // which end a value
	Place:   "NSS's parameters",
	Marks:   []string{databaseFile},
	Copy:    copies,
	Library: libraryFile,
	Setup:   setup,
	// No Officer, and so no credential of one: whoever can write to the database may
	// set it up.
}

// setup returns how the library in dir is initialized: with one slot, which has
// number 2 because 1 cannot be logged in to, and in it the database of keys in
// dir. There is no database of certificates.
func setup(dir string) pkcs11.Setup {
	return pkcs11.Setup{
		Parameters: "flags=noModDB tokens=<0x02=[configDir='sql:" + dir + "' tokenDescription='" + Label + "' " +
			"slotDescription='NSS " + Label + "' flags=noCertDB]>",
		Unload: true,
	}
}
