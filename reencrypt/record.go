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
// must be read to know it, and why it cannot be a row. What it says of a record depends
// on the bytes of the input alone, and not on how many of them were read.
func (l *Layout) end(b []byte, whole bool) (int, Reason) {
	n := bytes.IndexByte(b, '\n') + 1
	if n == 0 && !whole {
		return 0, ""
	}
	if n == 0 {
		n = len(b)
	}
	if l.Kind != CSV || bytes.IndexByte(b[:n], '"') < 0 {
		return n, tooLong(n)
	}
	quoted, state := csvEnd(b[:min(len(b), maxLine)], l.Delimiter)
	switch {
	case state == csvWhole:
		return quoted, tooLong(quoted)
	case state == csvMore && !whole && len(b) < maxLine:
		return 0, ""
	case state == csvMore && whole && quoted > 0 && len(b) <= maxLine:
		return quoted, tooLong(quoted) // the closing quote is the last byte
	}
	// Wrong quotes, and one that nothing closes in maxLine bytes, may hide where the
	// record ends: it is its first line, and what follows is looked at as rows of their own.
	if n > maxRecord {
		return n, TooLong
	}
	return n, Malformed
}

// tooLong is what a record of so many bytes is rejected for.
func tooLong(n int) Reason {
	if n > maxRecord {
		return TooLong
	}
	return ""
}
