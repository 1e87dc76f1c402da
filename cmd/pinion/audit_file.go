package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"

	"github.com/pinion-hsm/pinion/issuer/audit"
)

// maxAuditLine is longer than any entry.
const maxAuditLine = 64 << 10

// auditFile reads an exported log. A line that is no entry is not as it was
// written.
func auditFile(e *env, name string) (iter.Seq2[audit.Entry, error], func(), error) {
	in, end := e.stdin, func() {}
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, nil, usage("the file cannot be read").withHint("is the path right, and may you read it?")
		}
		in, end = f, func() { _ = f.Close() }
	}
	return func(yield func(audit.Entry, error) bool) {
		lines := bufio.NewScanner(in)
		lines.Buffer(nil, maxAuditLine)
		n := 0
		for lines.Scan() {
			n++
			entry, err := parseEntry(lines.Bytes())
			if err != nil {
				err = fmt.Errorf("%w: line %d is not an entry", audit.ErrBroken, n)
			}
			if !yield(entry, err) {
				return
			}
		}
		if lines.Err() != nil {
			yield(audit.Entry{}, usage("the file cannot be read, or has a line that is too long for an audit log"))
		}
	}, end, nil
}

// parseEntry reads one line, which must be to the byte what an export writes:
// a member that is there twice, or that an entry has not, would be in no hash.
func parseEntry(line []byte) (audit.Entry, error) {
	var entry audit.Entry
	if json.Unmarshal(line, &entry) != nil {
		return audit.Entry{}, errNoEntry
	}
	for _, html := range []bool{false, true} { // an export escapes < and > or does not
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(html)
		if enc.Encode(entry) == nil && bytes.Equal(bytes.TrimSuffix(b.Bytes(), []byte("\n")), line) {
			return entry, nil
		}
	}
	return audit.Entry{}, errNoEntry
}

var errNoEntry = errors.New("not an entry of an audit log")
