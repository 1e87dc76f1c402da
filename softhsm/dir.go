package softhsm

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/pinion-hsm/pinion/internal/tokendir"
)

// What is in the directory of a token.
const (
	configFile     = "softhsm2.conf"
	libraryFile    = "libsofthsm2.so"
	credentialFile = "credential"
	serialFile     = "serial"
	objectDir      = "tokens"
)

func library(dir string) string     { return filepath.Join(dir, libraryFile) }
func environment(dir string) string { return "SOFTHSM2_CONF=" + filepath.Join(dir, configFile) }

// absolute returns the full name of a directory, which must be one that can
// stand in a SoftHSM2 configuration.
func absolute(dir string) (string, error) {
	if dir == "" {
		return "", errors.New("softhsm: no directory was named")
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("softhsm: %w", err)
	}
	if strings.ContainsAny(abs, "#\n\r") {
		return "", errors.New("softhsm: the name of the directory must not have a # or a line end: it could not stand in softhsm2.conf")
	}
	return abs, nil
}

// configure brings the configuration and the copy of the library up to date.
// After the system's library was replaced by another version, an old copy might
// miss what it was linked with.
func configure(dir string) error {
	source, err := Find()
	if err != nil {
		return err
	}
	code, err := os.ReadFile(source)
	if err != nil {
		return fmt.Errorf("softhsm: %w", err)
	}
	objects := filepath.Join(dir, objectDir)
	if err := os.MkdirAll(objects, 0o700); err != nil {
		return fmt.Errorf("softhsm: %w", err)
	}
	config := "directories.tokendir = " + objects + "\n" +
		"objectstore.backend = file\n" +
		"log.level = ERROR\n" +
		"slots.removable = false\n"
	if err := write(filepath.Join(dir, configFile), []byte(config)); err != nil {
		return err
	}
	return write(library(dir), code)
}

// write is tokendir.Write.
func write(name string, content []byte) error {
	if err := tokendir.Write(name, content); err != nil {
		return fmt.Errorf("softhsm: %w", err)
	}
	return nil
}

// readSerial returns the serial number of the token in a directory.
func readSerial(dir string) (string, error) {
	b, err := os.ReadFile(filepath.Join(dir, serialFile))
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("softhsm: the directory %s holds no token of this package: make one with softhsm.Create", dir)
	}
	if err != nil {
		return "", fmt.Errorf("softhsm: %w", err)
	}
	serial := strings.TrimSpace(string(b))
	if serial == "" || len(serial) > 16 {
		return "", fmt.Errorf("softhsm: the file %s of the token in %s is damaged", serialFile, dir)
	}
	return serial, nil
}
