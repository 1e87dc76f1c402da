package audit

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"iter"
)

// maxLine is longer than any entry.
const maxLine = 64 << 10

// Lines reads a log of NDJSON, as an export writes it. A line that is not an entry, to
// the byte, is [ErrBroken]: a member that is there twice, or that an entry has not,
// would be in no hash. Any other error is that of r.
func Lines(r io.Reader) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		lines := bufio.NewScanner(r)
		lines.Buffer(nil, maxLine)
		for n := 1; lines.Scan(); n++ {
			e, ok := parse(lines.Bytes())
			if !ok {
				yield(e, fmt.Errorf("%w: line %d is not an entry", ErrBroken, n))
				return
			}
			if !yield(e, nil) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(Entry{}, err)
		}
	}
}

func parse(line []byte) (e Entry, ok bool) {
	if json.Unmarshal(line, &e) != nil {
		return Entry{}, false
	}
	for _, html := range []bool{false, true} { // an export escapes < and > or does not
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(html)
		if enc.Encode(e) == nil && bytes.Equal(bytes.TrimSuffix(b.Bytes(), []byte("\n")), line) {
			return e, true
		}
	}
	return Entry{}, false
}
