package reencrypt

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"
)

// Conversion is how rows of one [Kind] become rows of the other. A column is a member
// of the same name. CSV knows text alone, so its fields become strings, and of JSON
// what is no string becomes its JSON, and null an empty field.
type Conversion struct {
	Kind      Kind     `json:"kind"`
	Delimiter byte     `json:"delimiter,omitempty"` // CSV
	Titles    []string `json:"titles,omitempty"`    // columns, or members, in their order
}

// Into makes rows of the layout go out as another kind; of the same kind they go out
// as they came in. It is called before anything is read. Where CSV is made, delimiter
// is between its fields; zero is a comma. The error wraps [ErrColumns].
//
// The columns of CSV that is made are the members of the first row that has a block.
// Rows that lack some have empty fields there, and rows that have more are rejected:
// nothing is left out.
func (l *Layout) Into(kind Kind, delimiter byte) error {
	if kind == l.Kind || kind == 0 {
		l.Out = nil
		return nil
	}
	l.Out = &Conversion{Kind: kind}
	if kind != CSV {
		return nil
	}
	as, err := NewLayout(CSV, delimiter, nil)
	if err == nil {
		l.Out.Delimiter = as.Delimiter
	}
	return err
}

// outKind returns how rows go out.
func (l *Layout) outKind() Kind {
	if l.Out != nil {
		return l.Out.Kind
	}
	return l.Kind
}

// Head returns what is before the rows of the output; in is what was before those of
// the input.
func (l *Layout) Head(in []byte) []byte {
	switch {
	case l.Out == nil:
		return in
	case l.Out.Kind != CSV:
		return nil
	}
	return append(l.Out.record(nil, l.Out.Titles), '\n')
}

// titled keeps the names of the columns that come in.
func (c *Conversion) titled(titles []string) error {
	if c == nil {
		return nil
	}
	for i, t := range titles {
		if slices.Contains(titles[:i], t) {
			return fmt.Errorf("%w: two have the same name, and a JSON object cannot", ErrColumns)
		}
		if !utf8.ValidString(t) {
			return fmt.Errorf("%w: their names are not UTF-8", ErrColumns)
		}
	}
	c.Titles = titles
	return nil
}

// findTitles looks into the rows, which begin at a place in what was read, for one that
// says what the columns are, and leaves them to be read again.
func (s *splitter) findTitles(at int) error {
	for at < maxChunk {
		n, reason := s.layout.end(s.rest[at:], s.ended != nil)
		switch {
		case n == 0 && s.ended == nil && len(s.rest)-at <= maxLine:
			s.rest = s.fill(s.rest)
			continue
		case n == 0 && s.ended != nil && !errors.Is(s.ended, io.EOF):
			return s.ended
		case n == 0:
			at = maxChunk
			continue
		}
		if titles := s.layout.titlesIn(s.rest[at : at+n]); reason == "" && titles != nil {
			return s.layout.Out.titled(titles)
		}
		at += n
	}
	return &ColumnError{RoleBlock, "no row at the start has a block, and says what the columns are"}
}

// titlesIn returns the names of the members of an object, nil if it has no block.
func (l *Layout) titlesIn(rec []byte) (titles []string) {
	block := false
	ok := members(chomp(rec), func(m member) bool {
		name, ok := memberName(m)
		ok = ok && !slices.Contains(titles, string(name))
		titles = append(titles, string(name))
		block = block || string(name) == l.Names[RoleBlock]
		return ok
	})
	if !ok || !block {
		return nil
	}
	return titles
}

// memberName returns the name of a member as text.
func memberName(m member) ([]byte, bool) {
	if bytes.IndexByte(m.name, '\\') < 0 {
		return m.name, true
	}
	return unquoted(slices.Concat([]byte{'"'}, m.name, []byte{'"'}))
}
