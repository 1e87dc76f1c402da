package reencrypt

import "bytes"

// csvState is what is known of the end of a record.
type csvState uint8

const (
	csvWhole csvState = iota
	csvMore           // a quote is open, or what follows it is not there yet
	csvBad
)

// csvEnd returns the length of the CSV record at the start of b. Where the state
// is csvMore and the length is not 0, the record is whole if nothing follows.
func csvEnd(b []byte, delimiter byte) (int, csvState) {
	for i := 0; ; i++ { // at the start of a field
		if i < len(b) && b[i] == '"' {
			end, state := quotedEnd(b, i)
			if state != csvWhole {
				return 0, state
			}
			i = end
			if i == len(b) || i+1 == len(b) && b[i] == '\r' {
				return len(b), csvMore
			}
			if b[i] == '\r' && b[i+1] == '\n' {
				i++
			}
		} else {
			for i < len(b) && b[i] != delimiter && b[i] != '\n' {
				if b[i] == '"' {
					return 0, csvBad
				}
				i++
			}
			if i == len(b) {
				return len(b), csvMore
			}
		}
		switch b[i] {
		case '\n':
			return i + 1, csvWhole
		case delimiter:
		default:
			return 0, csvBad
		}
	}
}

// quotedEnd returns where the quoted field that begins at i is over: the place
// behind its closing quote.
func quotedEnd(b []byte, i int) (int, csvState) {
	for i++; ; i++ {
		k := bytes.IndexByte(b[i:], '"')
		if k < 0 {
			return 0, csvMore
		}
		i += k + 1
		if i == len(b) || b[i] != '"' {
			return i, csvWhole
		}
	}
}

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
