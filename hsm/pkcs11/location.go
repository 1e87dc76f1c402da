//go:build cgo

package pkcs11

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// libraryDirs are where systems keep PKCS#11 libraries, as patterns.
var libraryDirs = []string{
	"/usr/lib/*/pkcs11", "/usr/lib/pkcs11", "/usr/lib64/pkcs11", "/usr/local/lib/pkcs11",
	"/usr/lib/*", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/lib/softhsm", "/usr/lib/*/softhsm",
	"/opt/homebrew/lib", "/opt/homebrew/lib/pkcs11", "/opt/homebrew/lib/softhsm", "/usr/local/lib/softhsm",
}

// library returns the file of the library that u names.
func (u *URI) library() (string, error) {
	switch {
	case u.ModulePath == "" && u.ModuleName == "":
		return "", fmt.Errorf("%w: the URI names none: add ?module-path=/path/of/library.so (SoftHSM2 on Debian: /usr/lib/softhsm/libsofthsm2.so)", ErrModule)
	case u.ModulePath == "":
		return findLibrary(libraryDirs, u.ModuleName)
	}
	info, err := os.Stat(u.ModulePath)
	switch {
	case err != nil && !strings.ContainsRune(u.ModulePath, filepath.Separator):
		return u.ModulePath, nil // the system's loader has its own search path
	case err != nil:
		return "", fmt.Errorf("%w: module-path: %w", ErrModule, err)
	case info.IsDir() && u.ModuleName == "":
		return "", fmt.Errorf("%w: module-path %s is a directory: name the library's file, or add module-name", ErrModule, u.ModulePath)
	case info.IsDir(): // RFC 7512 section 2.3
		return findLibrary([]string{u.ModulePath}, u.ModuleName)
	}
	return u.ModulePath, nil
}

// findLibrary looks for a library by the name it has without "lib" and ".so".
func findLibrary(dirs []string, name string) (string, error) {
	for _, pattern := range dirs {
		found, err := filepath.Glob(pattern)
		if err != nil {
			continue
		}
		for _, dir := range found {
			for _, file := range []string{"lib" + name + ".so", name + ".so", "lib" + name + ".dylib", name + ".dylib"} {
				path := filepath.Join(dir, file)
				if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
					return path, nil
				}
			}
		}
	}
	return "", fmt.Errorf("%w: module-name: no library of this name in the usual directories: give its file with module-path", ErrModule)
}
