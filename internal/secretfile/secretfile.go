// Package secretfile reads the files that credentials and passphrases are in.
package secretfile

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// most is longer than any credential or passphrase: the limit keeps a wrong file name
// (a core dump, a device) from being read into memory.
const most = 4096

// Read returns what a file holds, without the line end that editors and echo leave
// behind. The caller clears it, and no other copy is made. what is the secret in a
// word, for the error.
func Read(name, what string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	raw := make([]byte, most+1)
	n, err := io.ReadFull(f, raw)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		clear(raw)
		return nil, err
	}
	if n > most {
		clear(raw)
		return nil, fmt.Errorf("the file %s is longer than a %s can be", name, what)
	}
	if b := withoutLineEnd(raw[:n]); len(b) > 0 {
		return b, nil
	}
	return nil, fmt.Errorf("the file %s is empty", name)
}

func withoutLineEnd(b []byte) []byte {
	n := len(b)
	if n > 0 && b[n-1] == '\n' {
		n--
		if n > 0 && b[n-1] == '\r' {
			n--
		}
	}
	return b[:n]
}
