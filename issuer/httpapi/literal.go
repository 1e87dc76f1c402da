package httpapi

import "bytes"

// quotePIN puts quotes around a run of digits that is the value of the member
// "pin" of a JSON object, so that
//
//	{"pin": 0000}
//
// is read as {"pin": "0000"}: the Cards API documents the first, though JSON has
// no number that begins with 0, and a number would lose the zeros. Everything
// else is left as it is, whether it is JSON or not. It returns a new slice.
func quotePIN(text []byte) []byte {
	out := make([]byte, 0, len(text)+16)
	depth := 0
	for i := 0; i < len(text); {
		switch b := text[i]; b {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case '"':
			end := stringEnd(text, i)
			name := text[i:end]
			out = append(out, name...)
			i = end
			if depth == 1 && bytes.Equal(name, []byte(`"pin"`)) {
				out, i = quoteValue(out, text, i)
			}
			continue
		}
		out = append(out, text[i])
		i++
	}
	return out
}

// quoteValue copies a colon and a run of digits after it, in quotes, if that is
// what is at i.
func quoteValue(out, text []byte, i int) ([]byte, int) {
	colon := skipSpace(text, i)
	if colon == len(text) || text[colon] != ':' {
		return out, i
	}
	start := skipSpace(text, colon+1)
	end := start
	for end < len(text) && text[end] >= '0' && text[end] <= '9' {
		end++
	}
	after := skipSpace(text, end)
	if end == start || after == len(text) || text[after] != ',' && text[after] != '}' {
		return out, i
	}
	out = append(out, text[i:start]...)
	out = append(out, '"')
	out = append(out, text[start:end]...)
	return append(out, '"'), end
}

// stringEnd returns the index after the JSON string that begins at i.
func stringEnd(text []byte, i int) int {
	for i++; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

func skipSpace(text []byte, i int) int {
	for i < len(text) && (text[i] == ' ' || text[i] == '\t' || text[i] == '\n' || text[i] == '\r') {
		i++
	}
	return i
}
