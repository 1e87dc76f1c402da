package nss

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/pinion-hsm/pinion/internal/tokendir"
)

// The libraries in which softokn has state that its copies share. It needs the
// first when it is loaded, and loads one of the others when it is initialized, from
// the directory it is in itself.
const nssutil = "libnssutil3.so"

var freebl = []string{"libfreeblpriv3.so", "libfreebl3.so"}

// copies returns the libraries of the token in dir, by the names they have there.
// source is the system's softokn.
func copies(dir, source string) (map[string][]byte, error) {
	softokn, err := os.ReadFile(source)
	if err != nil {
		return nil, fmt.Errorf("nss: %w", err)
	}
	names := map[string]string{}
	content := map[string][]byte{}
	for _, name := range append([]string{nssutil}, freebl...) {
		if !bytes.Contains(softokn, []byte("\x00"+name+"\x00")) {
			continue
		}
		code, err := readBeside(source, name)
		if err != nil {
			return nil, err
		}
		if code != nil {
			names[name] = alias(dir, name)
			content[names[name]] = code
		}
	}
	if names[nssutil] == "" || len(names) < 2 {
		return nil, errForm
	}
	for _, code := range content { // their own names, so that other NSS code is not given them
		for name, other := range names {
			replace(code, name, other)
		}
	}
	content[libraryFile], err = rename(softokn, names)
	return content, err
}

// alias returns the name that a library has in the directory of one token. It is
// another for each directory, since the loader, and NSPR's loader too, takes a
// library for one that it has already if its name is the same.
func alias(dir, name string) string {
	sum := sha256.Sum256([]byte(dir + "\x00" + name))
	text := strings.ToLower(base32.HexEncoding.EncodeToString(sum[:]))
	const prefix, suffix = "lib", ".so"
	return prefix + text[:len(name)-len(prefix)-len(suffix)] + suffix
}

// readBeside reads a library that is in the directory of another, or where the
// system has most of its libraries, the directory above. It returns nil if there is
// none.
func readBeside(source, name string) ([]byte, error) {
	if real, err := filepath.EvalSymlinks(source); err == nil {
		source = real
	}
	dir := filepath.Dir(source)
	path, ok := tokendir.Find([]string{filepath.Join(dir, name), filepath.Join(filepath.Dir(dir), name)})
	if !ok {
		return nil, nil
	}
	code, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("nss: %w", err)
	}
	return code, nil
}
