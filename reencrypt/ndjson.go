package reencrypt

import (
	"bytes"
	"encoding/json"
)

// member is a member of a JSON object: where its value is.
type member struct {
	name  []byte // as it is written, between its quotes
	value span
}

// members calls f for each member of the object in rec, which is returned as false
// if it is no object. Errors of encoding/json are not passed on: they quote.
func members(rec []byte, f func(m member) bool) bool {
	if !json.Valid(rec) {
		return false
	}
	i := skipSpace(rec, 0)
	if rec[i] != '{' {
		return false
	}
	for i = skipSpace(rec, i+1); rec[i] != '}'; {
		end := stringEnd(rec, i)
		name := rec[i+1 : end-1]
		i = skipSpace(rec, end) // the colon
		i = skipSpace(rec, i+1) // the value
		end = valueEnd(rec, i)  // and what is behind it
		if !f(member{name, span{i, end}}) {
			return false
		}
		if i = skipSpace(rec, end); rec[i] == ',' {
			i = skipSpace(rec, i+1)
		}
	}
	return true
}

func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\r' || b[i] == '\n') {
		i++
	}
	return i
}

// stringEnd returns the place behind the string that begins at i.
func stringEnd(b []byte, i int) int {
	for i++; b[i] != '"'; i++ {
		if b[i] == '\\' {
			i++
		}
	}
	return i + 1
}

// valueEnd returns the place behind the value that begins at i.
func valueEnd(b []byte, i int) int {
	depth := 0
	for {
		switch b[i] {
		case '"':
			i = stringEnd(b, i)
		case '{', '[':
			depth++
			i++
		case '}', ']':
			if depth == 0 {
				return i
			}
			depth--
			i++
		case ',', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return i
			}
			i++
			continue
		default:
			i++
			continue
		}
		if depth == 0 {
			return i
		}
	}
}

// unquoted returns the text of a JSON string.
func unquoted(value []byte) (text []byte, ok bool) {
	if len(value) < 2 || value[0] != '"' {
		return nil, false
	}
	inner := value[1 : len(value)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return inner, true
	}
	var s string
	if json.Unmarshal(value, &s) != nil {
		return nil, false
	}
	return []byte(s), true
}
