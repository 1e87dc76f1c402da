package reencrypt

import "bytes"

// maxRecord is the longest row in bytes. Longer ones are rejected.
const maxRecord = 64 << 10

// span is where something is: from start to before end.
type span struct{ start, end int }

func (s span) of(b []byte) []byte { return b[s.start:s.end] }

// record is a row as it stands in a chunk's data, with its line end.
type record struct {
	span
	number int64 // from 1
	reason Reason
}

// blank reports whether a line has nothing in it: it is no row.
func blank(line []byte) bool {
	for _, c := range line {
		if c != '\r' && c != '\n' {
			return false
		}
	}
	return true
}

// end returns the length of the first record in b with its line end, 0 if more
// must be read to know it, and why it cannot be a row.
func (l *Layout) end(b []byte, whole bool) (int, Reason) {
	n := bytes.IndexByte(b, '\n') + 1
	if n == 0 && !whole {
		return 0, ""
	}
	if n == 0 {
		n = len(b)
	}
	if l.Kind != CSV || bytes.IndexByte(b[:n], '"') < 0 {
		if n > maxRecord {
			return n, TooLong
		}
		return n, ""
	}
	if n > maxRecord {
		return n, TooLong
	}
	quoted, state := csvEnd(b[:min(len(b), maxRecord)], l.Delimiter)
	switch {
	case state == csvWhole:
		return quoted, ""
	case state == csvMore && !whole && len(b) < maxRecord:
		return 0, ""
	case state == csvMore && whole && quoted > 0 && len(b) <= maxRecord:
		return quoted, "" // the closing quote is the last byte
	}
	// Wrong quotes may hide where the record ends: it is its first line, and what
	// follows is looked at as rows of their own.
	return n, Malformed
}
