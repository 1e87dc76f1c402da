package server

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// Secret says where a secret is: "file:/path" or "env:NAME". It is no secret.
type Secret string

var errSecret = errors.New("want file:/path or env:NAME: a secret is never in the configuration itself")

// parts returns the kind of place and its name.
func (s Secret) parts() (kind, name string, err error) {
	kind, name, found := strings.Cut(string(s), ":")
	if !found || name == "" || kind != "file" && kind != "env" {
		return "", "", errSecret
	}
	return kind, name, nil
}

// check says whether the secret is there, without reading it.
func (s Secret) check(getenv func(string) string) error {
	kind, name, err := s.parts()
	if err != nil {
		return err
	}
	if kind == "file" {
		return checkFile(name)
	}
	if getenv(name) == "" {
		return fmt.Errorf("the environment has no %s", name)
	}
	return nil
}

// maxSecret is longer than any key: a wrong file name is not read into memory.
const maxSecret = 64 << 10

// read returns the secret without the line end behind it. The caller clears it.
func (s Secret) read(getenv func(string) string) ([]byte, error) {
	kind, name, err := s.parts()
	if err != nil {
		return nil, err
	}
	raw := []byte(getenv(name))
	if kind == "file" {
		if raw, err = readFile(name, maxSecret); err != nil {
			return nil, err
		}
	}
	for len(raw) > 0 && (raw[len(raw)-1] == '\n' || raw[len(raw)-1] == '\r') {
		raw = raw[:len(raw)-1]
	}
	if len(raw) == 0 {
		return nil, fmt.Errorf("%s is empty", name)
	}
	return raw, nil
}

// checkFile says whether a file is there and may be read.
func checkFile(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return fileError(name, err)
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.IsDir() {
		return fmt.Errorf("%s is not a file", name)
	}
	return nil
}

func readFile(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fileError(name, err)
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		limit = min(limit, info.Size())
	}
	raw := make([]byte, limit+1) // and no other copy, as a buffer that grows would leave
	n, err := io.ReadFull(f, raw)
	switch {
	case err == nil:
		clear(raw)
		return nil, fmt.Errorf("%s is too long to be what it should be", name)
	case !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		clear(raw)
		return nil, fileError(name, err)
	}
	return raw[:n], nil
}

func fileError(name string, err error) error {
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("there is no file %s", name)
	case errors.Is(err, os.ErrPermission):
		return fmt.Errorf("the file %s may not be read", name)
	}
	return fmt.Errorf("the file %s cannot be read", name)
}
