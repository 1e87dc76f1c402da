package softhsm

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/internal/tokendir"
)

// What is in the directory of a token.
const (
	configFile  = "softhsm2.conf"
	libraryFile = "libsofthsm2.so"
	objectDir   = "tokens"
)

// ErrNotInstalled is returned where the library of SoftHSM2 is not found.
var ErrNotInstalled = errors.New("softhsm: libsofthsm2.so was not found; install SoftHSM2: " +
	"apt-get install softhsm2 (Debian, Ubuntu), dnf install softhsm (Fedora), apk add softhsm (Alpine), " +
	"brew install softhsm (macOS); or name the file in SOFTHSM2_MODULE")

// Find returns the file of SoftHSM2's library: what the environment variable
// SOFTHSM2_MODULE names, or else where Debian, Ubuntu, Fedora, Alpine and
// Homebrew have it. The error is [ErrNotInstalled], with the command that
// installs it.
func Find() (path string, err error) { return kind.Find() }

var kind = &tokendir.Kind{
	Name:     "softhsm",
	Label:    Label,
	Serial:   true,
	Variable: "SOFTHSM2_MODULE",
	Patterns: []string{
		"/usr/lib/softhsm/libsofthsm2.so",             // Debian, Ubuntu, Alpine
		"/usr/lib/*/softhsm/libsofthsm2.so",           // Debian, Ubuntu
		"/usr/lib64/pkcs11/libsofthsm2.so",            // Fedora
		"/usr/lib64/softhsm/libsofthsm2.so",           // Fedora, openSUSE
		"/usr/lib64/softhsm/libsofthsm.so",            // Fedora
		"/usr/lib/pkcs11/libsofthsm2.so",              // Arch
		"/opt/homebrew/lib/softhsm/libsofthsm2.so",    // macOS on ARM
		"/usr/local/lib/softhsm/libsofthsm2.so",       // macOS on Intel, and what was built from source
		"/opt/homebrew/opt/softhsm/lib/softhsm/*2.so", // macOS, installed but not linked
	},
	Missing: ErrNotInstalled,
	Special: "#",
	Place:   "softhsm2.conf",
	Copy:    copyLibrary,
	Library: libraryFile,
	Objects: objectDir,
	Setup:   setup,
	Officer: func() ([]byte, error) { return []byte(rand.Text()), nil }, // whom nobody needs again
}

// copyLibrary returns the configuration of the token in dir, and its library.
func copyLibrary(dir, source string) (map[string][]byte, error) {
	code, err := os.ReadFile(source)
	if err != nil {
		return nil, fmt.Errorf("softhsm: %w", err)
	}
	config := "directories.tokendir = " + filepath.Join(dir, objectDir) + "\n" +
		"objectstore.backend = file\n" +
		"log.level = ERROR\n" +
		"slots.removable = false\n"
	return map[string][]byte{configFile: []byte(config), libraryFile: code}, nil
}

// setup has the library in dir find its configuration.
func setup(dir string) pkcs11.Setup {
	return pkcs11.Setup{Env: []string{"SOFTHSM2_CONF=" + filepath.Join(dir, configFile)}, Unload: true}
}
