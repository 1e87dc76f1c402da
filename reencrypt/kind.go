package reencrypt

import (
	"errors"
	"path/filepath"
	"strings"
)

// Kind is how rows are written.
type Kind uint8

const (
	// CSV is RFC 4180 with a header: one row a record, with quoted fields.
	CSV Kind = 1 + iota
	// NDJSON is one JSON object a line.
	NDJSON
)

// ErrKind says that neither a name nor the end of a file's tells how rows are written.
var ErrKind = errors.New("reencrypt: how the rows are written is not known: want csv or ndjson")

// ParseKind returns the kind of the given name: csv, ndjson, or jsonl which is the
// same as ndjson. The error is [ErrKind].
func ParseKind(name string) (Kind, error) {
	switch strings.ToLower(name) {
	case "csv":
		return CSV, nil
	case "ndjson", "jsonl":
		return NDJSON, nil
	}
	return 0, ErrKind
}

// KindOf returns the kind that a file's name tells: like rows.csv, rows.csv.gz or
// rows.ndjson.zst. The error is [ErrKind].
func KindOf(file string) (Kind, error) {
	name := strings.ToLower(filepath.Base(file))
	for suffix := range compressions {
		name = strings.TrimSuffix(name, suffix)
	}
	return ParseKind(strings.TrimPrefix(filepath.Ext(name), "."))
}

// Kinds finds how the rows of an input and of an output are written, by the names of
// the files where it was not said. One of them tells for both, if the other does not.
// The error is [ErrKind].
func Kinds(in string, inKind Kind, out string, outKind Kind) (read, written Kind, err error) {
	if inKind == 0 {
		inKind, _ = KindOf(in)
	}
	if outKind == 0 {
		outKind, _ = KindOf(out)
	}
	switch {
	case inKind == 0 && outKind == 0:
		return 0, 0, ErrKind
	case inKind == 0:
		inKind = outKind
	case outKind == 0:
		outKind = inKind
	}
	return inKind, outKind, nil
}

// String returns "csv" or "ndjson".
func (k Kind) String() string {
	switch k {
	case CSV:
		return "csv"
	case NDJSON:
		return "ndjson"
	}
	return "unknown"
}

// MarshalText returns what String does.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (k *Kind) UnmarshalText(text []byte) (err error) {
	*k, err = ParseKind(string(text))
	return err
}
