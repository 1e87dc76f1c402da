package reencrypt

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// rejectsHeader is the first line of rejects that are CSV.
const rejectsHeader = "row,id,pan,code,reason\n"

// rejectLine is one line of rejects that are NDJSON.
type rejectLine struct {
	Row    int64  `json:"row"`
	ID     string `json:"id,omitempty"`
	PAN    string `json:"pan,omitempty"`
	Code   Reason `json:"code"`
	Reason string `json:"reason"`
}

// reject appends a line about a row: no block, and no account number that is whole.
func (c *Converter) reject(dst []byte, r *row) []byte {
	line := rejectLine{Row: r.number, ID: r.shownID(), Code: r.reason, Reason: r.reason.Text()}
	if !r.pan.IsZero() {
		line.PAN = r.pan.String()
	}
	if c.rejects == CSV {
		dst = strconv.AppendInt(dst, line.Row, 10)
		for _, s := range []string{line.ID, line.PAN, string(line.Code), line.Reason} {
			dst = appendCSV(append(dst, ','), s)
		}
		return append(dst, '\n')
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if enc.Encode(line) != nil { // strings and a number: it cannot fail
		return dst
	}
	return append(dst, b.Bytes()...)
}

// appendCSV appends a field, in quotes if it needs them.
func appendCSV(dst []byte, s string) []byte { return appendField(dst, s, ',') }

// appendField appends a field of CSV with a delimiter of its own.
func appendField(dst []byte, s string, delimiter byte) []byte {
	if !strings.ContainsAny(s, ",;\t\"\r\n ") && strings.IndexByte(s, delimiter) < 0 {
		return append(dst, s...)
	}
	dst = append(dst, '"')
	dst = append(dst, strings.ReplaceAll(s, `"`, `""`)...)
	return append(dst, '"')
}
