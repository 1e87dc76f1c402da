package p11rig

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"regexp"
)

// shortest is the shortest value that is looked for.
const shortest = 3

// Find returns where and in which form a log holds a value: nothing if it does
// not. The log is a [Tamper]'s, the spy's, or any text with hexadecimal in it, of
// either case, with or without white space between the digits, also in a dump with
// offsets and characters beside it. The forms are
//
//	hexadecimal     of the value, at any half byte, as that is how a shifted one looks
//	text            the value's bytes, as a dump prints characters, in either case
//	text of digits  the hexadecimal of the value's hexadecimal as ASCII
//
// and of a value that is a text of decimal digits, such as a PIN, besides
//
//	BCD             two digits in a byte, at any half byte
//	digit a byte    01 02 03 04
//
// A value of three bytes or more is found by chance once in 16^2n places, where n
// is its length in bytes, and digits of n places once in 16^n: a test that wants to
// see none takes long ones. A shorter value than that, which proves nothing, counts
// as found.
func Find(log, value []byte) []string { return Read(log).Find(value) }

// Reading is a log that was read once, for many values.
type Reading struct {
	log   []byte
	texts []text
}

// Read reads a log, of which Find then finds values.
func Read(log []byte) *Reading {
	return &Reading{log: log, texts: []text{plain(log), dumped(log)}}
}

// Find does what the function [Find] does.
func (r *Reading) Find(value []byte) []string {
	if len(value) < shortest {
		return []string{"the value is too short to be looked for"}
	}
	var hits []string
	seen := map[string]bool{}
	look := func(form string, want []byte) {
		for _, x := range r.texts {
			for _, at := range x.find(want) {
				if len(hits) == mostHits {
					return
				}
				hit := fmt.Sprintf("%s, line %d", form, 1+bytes.Count(r.log[:at], []byte("\n")))
				if !seen[hit] {
					hits = append(hits, hit)
					seen[hit] = true
				}
			}
		}
	}
	look("hexadecimal", []byte(hex.EncodeToString(value)))
	look("text", value)
	digits := []byte(hex.EncodeToString(value))
	look("text of digits", []byte(hex.EncodeToString(digits)))
	look("text of digits", []byte(hex.EncodeToString(bytes.ToUpper(digits))))
	if decimal(value) {
		look("BCD", value)
		var spread []byte
		for _, c := range value {
			spread = append(spread, '0', c)
		}
		look("digit a byte", spread)
	}
	return hits
}

// mostHits are returned.
const mostHits = 20

func decimal(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// text is a part of the log, in lower case and without white space, and where in
// the log each byte is.
type text struct {
	chars []byte
	at    []int
}

func (x *text) add(log []byte, from, to int) {
	for i := from; i < to; i++ {
		switch c := log[i]; {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
		case 'A' <= c && c <= 'Z':
			x.chars, x.at = append(x.chars, c+'a'-'A'), append(x.at, i)
		default:
			x.chars, x.at = append(x.chars, c), append(x.at, i)
		}
	}
}

// find returns where in the log the bytes are.
func (x *text) find(want []byte) (at []int) {
	var w text
	w.add(want, 0, len(want))
	if len(w.chars) < shortest {
		return nil // white space
	}
	for from := 0; ; {
		i := bytes.Index(x.chars[from:], w.chars)
		if i < 0 {
			return at
		}
		at = append(at, x.at[from+i])
		from += i + 1
	}
}

// plain is the whole log.
func plain(log []byte) text {
	var x text
	x.add(log, 0, len(log))
	return x
}

// dump is a line of one: an offset, up to sixteen bytes, their characters.
var dump = regexp.MustCompile(`(?m)^[ \t]*([0-9A-Fa-f]{8}):?  ?((?:[0-9A-Fa-f]{2} {1,2}){1,16})(.*)$`)

// dumped are the bytes of the dumps, those of each apart from those of the next,
// and then their characters.
func dumped(log []byte) text {
	lines := dump.FindAllSubmatchIndex(log, -1)
	var x text
	for _, column := range []int{4, 6} {
		for _, l := range lines {
			if string(bytes.TrimLeft(log[l[2]:l[3]], "0")) == "" { // offset 0: a new one
				x.chars, x.at = append(x.chars, '|'), append(x.at, l[0])
			}
			x.add(log, l[column], l[column+1])
		}
	}
	return x
}
