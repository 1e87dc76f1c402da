package nss

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/internal/tokendir"
)

// What is in the directory of a token, beside the copies of the libraries.
const (
	libraryFile    = "libsoftokn3.so"
	databaseFile   = "key4.db"
	credentialFile = "credential"
)

func library(dir string) string { return filepath.Join(dir, libraryFile) }

// special are the characters that end a value in the text NSS is initialized with.
const special = `'"\<>[]`

// absolute returns the full name of a directory, which must be one that can stand
// in NSS's parameters.
func absolute(dir string) (string, error) {
	if dir == "" {
		return "", errors.New("nss: no directory was named")
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("nss: %w", err)
	}
	if strings.ContainsFunc(abs, func(r rune) bool { return r < ' ' }) || strings.ContainsAny(abs, special) {
		return "", fmt.Errorf("nss: the name of the directory must not have a line end or one of %s: it could not stand in NSS's parameters", special)
	}
	return abs, nil
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

// register has the library in dir find its database.
func register(dir string) (forget func()) {
	return pkcs11.PrivateCopy(library(dir), setup(dir))
}

// configure brings the copies of the libraries up to date. After the system's were
// replaced by another version, an old copy might miss what it was linked with.
func configure(dir string) error {
	content, err := copies(dir)
	if err != nil {
		return err
	}
	for name, code := range content {
		if err := write(filepath.Join(dir, name), code); err != nil {
			return err
		}
	}
	return nil
}

// write is tokendir.Write.
func write(name string, content []byte) error {
	if err := tokendir.Write(name, content); err != nil {
		return fmt.Errorf("nss: %w", err)
	}
	return nil
}

// check returns nil if there is a token of this package in a directory. The
// credential is the last thing that [Create] writes.
func check(dir string) error {
	for _, name := range []string{databaseFile, credentialFile} {
		if !tokendir.IsFile(filepath.Join(dir, name)) {
			return fmt.Errorf("nss: the directory %s holds no token of this package: make one with nss.Create", dir)
		}
	}
	return nil
}
