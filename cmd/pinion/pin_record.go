package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// maxRecord is the longest line of records in bytes, without its end.
const maxRecord = 64 << 10

// recordMembers are the members that a record may have, but for id.
var recordMembers = map[string]bool{
	"pan": true, "block": true, "ksn": true, "reference": true,
	"current": true, "new": true, "new_ksn": true,
}

// What may be wrong with a line. None of them quotes it: it may hold anything.
var (
	errNotObject = errors.New("the line is not a JSON object")
	errBlankLine = errors.New("the line is blank: every line is a record")
	errLongLine  = fmt.Errorf("the line is longer than %d KiB", maxRecord>>10)
	errNotUTF8   = errors.New("the line is not UTF-8")
	errTwice     = errors.New("it is there twice")
	errUnnamed   = errors.New("there is a member that records do not have (its name is not shown: it does not look like one)")
)

// parseRecord reads one line. What is wrong with it is in the request's err,
// with as much of the rest as could be read, so that the answer carries its id.
func parseRecord(line []byte, number int) request {
	r := request{line: number, members: map[string]string{}}
	switch line = bytes.TrimSpace(line); {
	case len(line) == 0:
		r.err = errBlankLine
	case !utf8.Valid(line):
		r.err = errNotUTF8
	default:
		r.err = r.parse(json.NewDecoder(bytes.NewReader(line)))
	}
	return r
}

// parse reads an object and nothing after it. Errors of encoding/json are never
// passed on: they quote the input.
func (r *request) parse(d *json.Decoder) error {
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errNotObject
	}
	var first error // the first member that is wrong; the rest is read for the id
	for d.More() {
		t, err := d.Token()
		name, ok := t.(string)
		var value json.RawMessage
		if err != nil || !ok || d.Decode(&value) != nil {
			return errNotObject
		}
		if err := r.member(name, value); err != nil && first == nil {
			first = err
		}
	}
	if _, err := d.Token(); err != nil {
		return errNotObject
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is something after the JSON object")
	}
	return first
}

func (r *request) member(name string, value json.RawMessage) error {
	if name == "id" {
		switch {
		case r.id != nil:
			return &fieldError{name, errTwice}
		case value[0] != '"' && value[0] != '-' && (value[0] < '0' || value[0] > '9'):
			return &fieldError{name, errors.New("want a string or a number")}
		}
		r.id = value
		return nil
	}
	if !recordMembers[name] {
		return unknownMember(name)
	}
	if _, twice := r.members[name]; twice {
		return &fieldError{name, errTwice}
	}
	var text string
	if value[0] != '"' || json.Unmarshal(value, &text) != nil {
		return &fieldError{name, errors.New("want a string")}
	}
	r.members[name] = text
	return nil
}

// unknownMember names a member that no record has, if it looks like a name. One
// that could be an account number or a block is not repeated.
func unknownMember(name string) error {
	hexDigits := true
	for _, c := range []byte(name) {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && c != '_' && c != '-' || len(name) > 32 {
			return errUnnamed
		}
		hexDigits = hexDigits && c|0x20 >= 'a' && c|0x20 <= 'f'
	}
	if hexDigits && len(name) > 3 || name == "" {
		return errUnnamed
	}
	return &fieldError{name, errors.New("records have no such member")}
}
