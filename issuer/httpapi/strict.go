package httpapi

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// maxDepth is how deep a request's JSON may be nested. None needs more than 3.
const maxDepth = 8

// parseStrict returns the value of a JSON object, with numbers as json.Number. It
// refuses what two readers might read differently or what no request needs: names
// that come twice, text that is not UTF-8, numbers with an exponent or of more than
// 40 characters, deep nesting, and anything after the object.
func parseStrict(text []byte) (any, bool) {
	if !utf8.Valid(text) || !json.Valid(text) {
		return nil, false
	}
	s := strict{text: text}
	v, ok := s.value(maxDepth)
	_, isObject := v.(map[string]any)
	return v, ok && isObject
}

// strict reads text that is JSON, for which encoding/json vouches: what a value is
// shows in its first byte, and there is an end to all that begins.
type strict struct {
	text []byte
	at   int
}

// value reads the next value, or reports that it is refused.
func (s *strict) value(depth int) (any, bool) {
	switch b := s.peek(); b {
	case '{', '[':
		if depth == 0 {
			return nil, false
		}
		s.at++
		if b == '{' {
			return s.object(depth - 1)
		}
		return s.array(depth - 1)
	case '"':
		return s.string(), true
	case 't':
		s.at += len("true")
		return true, true
	case 'f':
		s.at += len("false")
		return false, true
	case 'n':
		s.at += len("null")
		return nil, true
	}
	return s.number()
}

// peek skips white space, and colons and commas, whose place is known to be
// right, and returns the byte after it.
func (s *strict) peek() byte {
	for {
		switch b := s.text[s.at]; b {
		case ' ', '\t', '\n', '\r', ',', ':':
			s.at++
		default:
			return b
		}
	}
}

func (s *strict) object(depth int) (any, bool) {
	object := map[string]any{}
	for s.peek() != '}' {
		name := s.string()
		if _, twice := object[name]; twice {
			return nil, false
		}
		v, ok := s.value(depth)
		if !ok {
			return nil, false
		}
		object[name] = v
	}
	s.at++
	return object, true
}

func (s *strict) array(depth int) (any, bool) {
	array := []any{}
	for s.peek() != ']' {
		v, ok := s.value(depth)
		if !ok {
			return nil, false
		}
		array = append(array, v)
	}
	s.at++
	return array, true
}

// string reads a string. One with escapes is left to encoding/json.
func (s *strict) string() (text string) {
	end := stringEnd(s.text, s.at)
	quoted := s.text[s.at:end]
	s.at = end
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1 : len(quoted)-1])
	}
	_ = json.Unmarshal(quoted, &text) // it is a string
	return text
}

func (s *strict) number() (any, bool) {
	start := s.at
	for s.at < len(s.text) && bytes.IndexByte([]byte("+-.0123456789eE"), s.text[s.at]) >= 0 {
		s.at++
	}
	n := s.text[start:s.at]
	return json.Number(n), len(n) <= 40 && !bytes.ContainsAny(n, "eE")
}
