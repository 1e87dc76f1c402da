package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

// component asks the custodian of component i, until what was typed is one and
// the custodian says that its check value is right.
func (k *keyCombine) component(ctx context.Context, s hsm.KeySpec, i int) (keys.Component, error) {
	what := fmt.Sprintf("component %d of %d", i+1, k.parts)
	if len(k.files) > 0 {
		text, said, err := readComponentFile(what, k.files[i])
		if err != nil {
			return keys.Component{}, err
		}
		defer clear(text)
		if said != "" && k.said != "" && said != k.said {
			return keys.Component{}, usage("%s: its file says that it is of another key than the component before", what)
		}
		k.said = cmp.Or(said, k.said)
		return k.parse(what, s.Algorithm, text)
	}
	asked := true // whether there is somebody who could type it again
	for {
		if err := ctx.Err(); err != nil {
			return keys.Component{}, err
		}
		text, err := k.ask(&asked, fmt.Sprintf("%s of key %s, %d hex digits (not shown): ", what, s.Label, 2*s.Algorithm.KeySize()))
		if err != nil {
			return keys.Component{}, err
		}
		c, err := k.parse(what, s.Algorithm, text)
		clear(text)
		if !asked {
			return c, err
		}
		if err != nil {
			_, _ = fmt.Fprintf(k.env.stderr, "pinion: %s; once more\n", plain(err))
			continue
		}
		answer, err := k.env.prompt("Enter if that is its check value, or r to type the component again: ")
		if err != nil {
			return keys.Component{}, err
		}
		if len(bytes.TrimSpace(answer)) == 0 {
			return c, nil
		}
		clear(answer) // not only an r, perhaps: the next custodian may have begun
	}
}

// ask asks at the terminal or, where there is none, reads a line.
func (k *keyCombine) ask(asked *bool, question string) ([]byte, error) {
	if k.env.prompt != nil {
		text, err := k.env.prompt(question)
		if !errors.Is(err, errNoTerminal) {
			return text, err
		}
	}
	*asked = false
	return secretLine(k.env, question)
}

// parse reads a component and shows its check value.
func (k *keyCombine) parse(what string, a keys.Algorithm, text []byte) (keys.Component, error) {
	digits := trimSecret(text)
	c, err := cleartext.ParseComponent(a, digits)
	switch {
	case errors.Is(err, keys.ErrComponentLength):
		return keys.Component{}, usage("%s: a component of %s is %d hex digits, and this has %d", what, a, 2*a.KeySize(), len(digits))
	case errors.Is(err, cleartext.ErrHex):
		return keys.Component{}, usage("%s: not hex digits, two for each byte", what)
	case err != nil:
		return keys.Component{}, about(what, err)
	}
	_, _ = fmt.Fprintf(k.env.stderr, "%s: KCV %s\n", what, c.KCV())
	return c, nil
}

// maxComponentFile is more than a component and what is said about it.
const maxComponentFile = 4096

// componentOf is the comment of 'pinion key components' about the key.
var componentOf = regexp.MustCompile(`^# KCV of this component [0-9A-F]+, of the key ([0-9A-F]+)$`)

// readComponentFile returns the first line of a file that is neither empty nor a
// comment, and the check value of the key if a comment before it says that.
func readComponentFile(what, name string) (component []byte, said string, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, "", usage("%s: --from-file: the file cannot be read", what).withHint("is the path right, and may you read it?")
	}
	defer f.Close()
	text := make([]byte, maxComponentFile)
	defer clear(text)
	n, err := io.ReadFull(f, text)
	if err == nil || !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, "", usage("%s: --from-file: the file cannot be read, or is too large to be one with a component", what)
	}
	for line := range bytes.Lines(text[:n]) {
		line = bytes.TrimSpace(line)
		if m := componentOf.FindSubmatch(line); m != nil {
			said = string(m[1])
		}
		if len(line) > 0 && line[0] != '#' {
			return append([]byte(nil), line...), said, nil
		}
	}
	return nil, "", usage("%s: --from-file: the file is empty", what)
}

// indexOfSame returns which of the parts is the same component, or -1.
func indexOfSame(parts []keys.Component, c keys.Component) int {
	raw := cleartext.ComponentBytes(c)
	defer clear(raw)
	for i, p := range parts {
		other := cleartext.ComponentBytes(p)
		same := subtle.ConstantTimeCompare(raw, other) == 1
		clear(other)
		if same {
			return i
		}
	}
	return -1
}
