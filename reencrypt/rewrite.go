package reencrypt

import (
	"bytes"
	"encoding/json"
	"slices"
	"unicode/utf8"
)

// rewrite makes the row what it is to be, with the block that came in: where that is
// the other one will be.
func (l *Layout) rewrite(r *row, fields []field) Reason {
	if !utf8.Valid(r.text) {
		return NotText
	}
	block := span{}
	var text []byte
	var reason Reason
	if l.Out.Kind == NDJSON {
		text, block = l.object(r.text, fields)
	} else if text, block, reason = l.fields(r.text); reason != "" {
		return reason
	}
	r.text, r.block = append(text, '\n'), block
	return ""
}

// object returns a CSV record as a JSON object, and where the block is in it.
func (l *Layout) object(rec []byte, fields []field) (text []byte, block span) {
	text = make([]byte, 0, len(rec)+16*len(fields))
	before, at := byte('{'), l.place(RoleBlock)
	for i, f := range fields {
		text = append(appendJSON(append(text, before), []byte(l.Out.Titles[i])), ':')
		before = ','
		value := f.text(rec)
		if i == at {
			value = bytes.Trim(value, " \t")
			block = span{len(text) + 1, len(text) + 1 + len(value)}
		}
		text = appendJSON(text, value)
	}
	return append(text, '}'), block
}

// fields returns a JSON object as a CSV record, and where the block is in it.
func (l *Layout) fields(rec []byte) (text []byte, block span, reason Reason) {
	values := make([]string, len(l.Out.Titles))
	there := make([]bool, len(values))
	ok := members(chomp(rec), func(m member) bool {
		name, ok := memberName(m)
		at := slices.Index(l.Out.Titles, string(name))
		switch {
		case !ok || at < 0:
			reason = MoreMembers
		case there[at]: // twice: one would be left out
			reason = Malformed
		default:
			there[at] = true
			values[at], reason = fieldText(m.value.of(rec))
		}
		return reason == ""
	})
	if !ok {
		return nil, block, orReason(reason, Malformed)
	}
	at := slices.Index(l.Out.Titles, l.Names[RoleBlock])
	before := l.Out.record(make([]byte, 0, len(rec)), values[:at])
	if at > 0 {
		before = append(before, l.Out.Delimiter)
	}
	block = span{len(before), len(before) + len(values[at])}
	text = append(before, values[at]...) // hex digits: no quotes
	if at+1 < len(values) {
		text = l.Out.record(append(text, l.Out.Delimiter), values[at+1:])
	}
	return text, block, ""
}

func orReason(r, usual Reason) Reason {
	if r == "" {
		return usual
	}
	return r
}

// fieldText returns a JSON value as the text of a field.
func fieldText(value []byte) (string, Reason) {
	if bytes.Equal(value, []byte("null")) {
		return "", ""
	}
	text, isString := unquoted(value)
	if !isString {
		return string(value), ""
	}
	// Half of a surrogate pair is no character: encoding/json puts U+FFFD there.
	if bytes.Contains(text, []byte("\ufffd")) && bytes.Contains(bytes.ToLower(value), []byte(`\ud`)) {
		return "", NotText
	}
	return string(text), ""
}

// record appends a CSV record without its line end.
func (c *Conversion) record(dst []byte, values []string) []byte {
	for i, v := range values {
		if i > 0 {
			dst = append(dst, c.Delimiter)
		}
		dst = appendField(dst, v, c.Delimiter)
	}
	return dst
}

// appendJSON appends a JSON string of what is UTF-8.
func appendJSON(dst, text []byte) []byte {
	if bytes.IndexFunc(text, func(c rune) bool { return c < ' ' || c == '"' || c == '\\' }) < 0 {
		return append(append(append(dst, '"'), text...), '"')
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if enc.Encode(string(text)) != nil { // a string: it cannot fail
		return dst
	}
	return append(dst, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
}
