package reencrypt

import "bytes"

// field is where the text of a CSV field is in its record, without its quotes.
type field struct {
	span
	quoted bool
}

// text returns what the field says.
func (f field) text(rec []byte) []byte {
	b := f.of(rec)
	if f.quoted && bytes.IndexByte(b, '"') >= 0 {
		return bytes.ReplaceAll(b, []byte(`""`), []byte(`"`))
	}
	return b
}

// csvFields appends the fields of a record, without its line end, to f.
func csvFields(rec []byte, delimiter byte, f []field) ([]field, bool) {
	for i := 0; ; i++ { // at the start of a field
		if i < len(rec) && rec[i] == '"' {
			end, state := quotedEnd(rec, i)
			if state != csvWhole || end < len(rec) && rec[end] != delimiter {
				return nil, false
			}
			f = append(f, field{span{i + 1, end - 1}, true})
			i = end
		} else {
			end := len(rec)
			if k := bytes.IndexByte(rec[i:], delimiter); k >= 0 {
				end = i + k
			}
			if bytes.IndexByte(rec[i:end], '"') >= 0 {
				return nil, false
			}
			f = append(f, field{span{i, end}, false})
			i = end
		}
		if i == len(rec) {
			return f, true
		}
	}
}

// chomp returns a record without its line end.
func chomp(rec []byte) []byte {
	rec = bytes.TrimSuffix(rec, []byte("\n"))
	return bytes.TrimSuffix(rec, []byte("\r"))
}

// trim narrows a span to what is in it beside blanks.
func (s span) trim(b []byte) span {
	for s.start < s.end && (b[s.start] == ' ' || b[s.start] == '\t') {
		s.start++
	}
	for s.end > s.start && (b[s.end-1] == ' ' || b[s.end-1] == '\t') {
		s.end--
	}
	return s
}
