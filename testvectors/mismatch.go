package testvectors

import (
	"bytes"
	"errors"
)

// mismatch is JSON that is not what the schema says.
type mismatch struct {
	at   int    // offset in the text
	path string // like vectors[3].inputs
	text string
}

func (m *mismatch) Error() string {
	if m.path == "" {
		return m.text
	}
	return m.path + ": " + m.text
}

// within returns the error of a part as that of the whole.
func within(name string, err error) error {
	var m *mismatch
	if !errors.As(err, &m) {
		return err
	}
	c := *m
	switch {
	case c.path == "":
		c.path = name
	case c.path[0] == '[':
		c.path = name + c.path
	default:
		c.path = name + "." + c.path
	}
	return &c
}

func line(data []byte, at int) int { return 1 + bytes.Count(data[:min(at, len(data))], []byte("\n")) }
