package main

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

// writeFiles writes one file for each component. If one cannot be written, those
// that were go again: half of a ceremony is none.
func (k *keyComponents) writeFiles(parts []keys.Component, kcv string, rows []componentRow) (err error) {
	if err := os.Mkdir(k.dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return usage("--out-dir: the folder cannot be made").withHint("is the path right, and may you write there?")
	}
	defer func() {
		if err == nil {
			return
		}
		for i := range rows {
			if rows[i].File != "" {
				_ = os.Remove(rows[i].File)
			}
		}
	}()
	for i, c := range parts {
		name := filepath.Join(k.dir, fmt.Sprintf("%s-%d-of-%d.txt", k.name, i+1, len(parts)))
		head := fmt.Sprintf("# component %d of %d of a key %s\n# KCV of this component %s, of the key %s\n", i+1, len(parts), c.Algorithm(), c.KCV(), kcv)
		text := componentText(c)
		made, err := writeSecretFile(name, append([]byte(head), text...))
		clear(text)
		if made {
			rows[i].File = name
		}
		if errors.Is(err, fs.ErrExist) {
			return usage("--out-dir: there is a file %s already", filepath.Base(name)).withHint("a component is never overwritten; choose another --name or --out-dir")
		}
		if err != nil {
			return usage("--out-dir: a file could not be written").withHint("is the folder there, and may you write to it?")
		}
	}
	_, _ = fmt.Fprintln(k.env.stderr, "note: hand each file to its custodian and leave none behind: all of them together are the key")
	return nil
}

// componentText returns a component as people write it, in groups of four digits,
// for the caller to clear.
func componentText(c keys.Component) []byte {
	raw := cleartext.ComponentBytes(c)
	defer clear(raw)
	digits := make([]byte, 2*len(raw))
	defer clear(digits)
	hex.Encode(digits, raw)
	text := make([]byte, 0, len(digits)*5/4)
	for i, d := range digits {
		if i > 0 && i%4 == 0 {
			text = append(text, ' ')
		}
		text = append(text, bytes.ToUpper([]byte{d})...)
	}
	return append(text, '\n')
}

// writeSecretFile writes a file that does not exist yet and that only its owner
// may read, and clears text. It reports whether there is such a file now.
func writeSecretFile(name string, text []byte) (made bool, err error) {
	defer clear(text)
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return false, err
	}
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	return true, err
}

// What a terminal is told: clear the screen, and what was scrolled off it.
const clearScreen = "\x1b[H\x1b[2J\x1b[3J"

// showComponents shows one component after the other, each until Enter is typed.
func showComponents(in io.Reader, out io.Writer, parts []keys.Component, kcv string) error {
	wait := func(question string) error {
		if err := writeAll(out, question); err != nil {
			return err
		}
		return readEnter(in)
	}
	for i, c := range parts {
		if err := wait(fmt.Sprintf(clearScreen+"Component %d of %d is next. Only its custodian looks at the screen: Enter ", i+1, len(parts))); err != nil {
			return err
		}
		text := componentText(c)
		_, err := out.Write(text)
		clear(text)
		if err == nil {
			err = wait(fmt.Sprintf("KCV %s, of the key %s\n\nWritten down and compared? Enter clears the screen ", c.KCV(), kcv))
		}
		if clearing := writeAll(out, clearScreen); err == nil {
			err = clearing
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// readEnter reads a line and forgets it.
func readEnter(in io.Reader) error {
	var b [1]byte
	for {
		switch n, err := in.Read(b[:]); {
		case n == 1 && b[0] == '\n':
			return nil
		case err != nil:
			return usage("the terminal was closed before all components were shown; use none of them")
		}
	}
}
