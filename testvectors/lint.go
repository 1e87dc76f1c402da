package testvectors

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Problem is one thing that is wrong with a vector file.
type Problem struct {
	ID   string // of the vector, empty if it concerns the file
	Text string
}

// String returns the problem in one line.
func (p Problem) String() string {
	if p.ID == "" {
		return p.Text
	}
	return p.ID + ": " + p.Text
}

// LintData parses a file and lints it. A file that does not parse has the one
// problem that it does not.
func LintData(data []byte) []Problem {
	f := new(File)
	if err := decode(data, f); err != nil {
		return []Problem{{Text: err.Error()}}
	}
	return Lint(f)
}

// Lint returns everything that is wrong with a file as a document, without
// running it: besides what [Parse] refuses, an operation the runner does not
// know, inputs and expectations that are not those of the operation, a reason
// that is not in the file's conventions or in [Reasons], values not written as
// the schema wants them, and a source, origin or confirmation that is missing.
func Lint(f *File) []Problem {
	ps := f.structure()
	if f.Topic == "" {
		ps = append(ps, Problem{Text: "the topic is empty"})
	}
	reasons := f.reasons()
	for i := range f.Vectors {
		v := &f.Vectors[i]
		for _, text := range v.lint(reasons) {
			ps = append(ps, Problem{v.ID, text})
		}
	}
	return ps
}

// structure returns what makes a file no vector file at all.
func (f *File) structure() []Problem {
	var ps []Problem
	if f.Schema != Schema {
		ps = append(ps, Problem{Text: fmt.Sprintf("the schema is %q, and not %q", f.Schema, Schema)})
	}
	if len(f.Vectors) == 0 {
		ps = append(ps, Problem{Text: "the file has no vectors"})
	}
	if f.Count != len(f.Vectors) {
		ps = append(ps, Problem{Text: fmt.Sprintf("the file has %d vectors, and says %d", len(f.Vectors), f.Count)})
	}
	seen := map[string]bool{}
	for i, v := range f.Vectors {
		switch {
		case v.ID == "":
			ps = append(ps, Problem{Text: fmt.Sprintf("vector %d has no id", i+1)})
		case seen[v.ID]:
			ps = append(ps, Problem{v.ID, "the id is there twice"})
		}
		seen[v.ID] = true
		if (v.Expected == nil) == (v.ExpectError == nil) {
			ps = append(ps, Problem{v.ID, "want exactly one of expected and expect_error"})
		}
	}
	return ps
}

// reasons returns the reasons for a refusal that the file explains.
func (f *File) reasons() map[string]string {
	var c struct{ Reasons map[string]string }
	if json.Unmarshal(f.Conventions, &c) != nil {
		return nil
	}
	return c.Reasons
}

var (
	origins   = []string{"published", "peer-test", "docs", "issue", "derived", "policy"}
	confirmed = []string{"independent", "own-only", "document-only"}
	idForm    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)
)

func (v *Vector) lint(reasons map[string]string) []string {
	var ps []string
	complain := func(wrong bool, text string) {
		if wrong {
			ps = append(ps, text)
		}
	}
	complain(!idForm.MatchString(v.ID), "the id has characters other than letters, digits, dot, - and _")
	complain(strings.TrimSpace(v.Source) == "", "the source is empty")
	complain(!slices.Contains(origins, v.Origin), "origin is not one of "+strings.Join(origins, ", "))
	complain(!slices.Contains(confirmed, v.Confirmed), "confirmed is not one of "+strings.Join(confirmed, ", "))
	complain(len(v.CheckedBy) == 0, "checked_by is empty")
	if v.ExpectError != nil {
		_, inFile := reasons[v.ExpectError.Reason]
		_, known := Reasons[v.ExpectError.Reason]
		complain(!inFile && !known, fmt.Sprintf("reason %q is not explained anywhere", v.ExpectError.Reason))
	}
	if op, ok := operations[v.Op]; !ok {
		complain(true, fmt.Sprintf("operation %q is unknown", v.Op))
	} else if err := op.check(v); err != nil {
		complain(true, err.Error())
	}
	return append(ps, v.lintValues()...)
}

// The members whose values are hex and decimal digits wherever they occur. Fill
// is not among them: the vectors of some sources have a note there where the
// format takes no fill, and [Run] hands it on to be ignored.
var (
	hexMembers = []string{"block", "clear", "field", "seq", "udk_a", "key", "pvk", "parts", "hex", "cryptogram", "vdata",
		"kcv", "bdk", "ik", "ikid", "ksn", "txn_key", "kbpk", "iv", "mac", "data", "result", "counter"}
	digitMembers = []string{"pin", "old_pin", "pan", "natural", "offset", "pvv", "digits", "validation"}

	upperHex = regexp.MustCompile(`^[0-9A-F]*$`)
	anyHex   = regexp.MustCompile(`^[0-9A-Fa-f]{4,}$`)
	decimal  = regexp.MustCompile(`^[0-9]*$`)
)

// lintValues checks how values are written. Those of a vector that must be
// refused may be wrong on purpose, but for hex in lower case: it would be read.
func (v *Vector) lintValues() []string {
	var ps []string
	look := func(name, text string) {
		switch {
		case slices.Contains(digitMembers, name):
			if v.Expected != nil && !decimal.MatchString(text) {
				ps = append(ps, name+" is not decimal digits")
			}
		case !slices.Contains(hexMembers, name):
		case v.Expected != nil && !upperHex.MatchString(text), anyHex.MatchString(text) && !upperHex.MatchString(text):
			ps = append(ps, name+" is not hex in upper case without separators")
		}
	}
	for _, raw := range []json.RawMessage{v.Inputs, v.Expected} {
		var m map[string]any
		if raw != nil && json.Unmarshal(raw, &m) == nil {
			walk("", m, look)
		}
	}
	slices.Sort(ps)
	return ps
}

// walk calls look with every text in a JSON value and the member it is in.
func walk(name string, value any, look func(name, text string)) {
	switch value := value.(type) {
	case string:
		look(name, value)
	case []any:
		for _, e := range value {
			walk(name, e, look)
		}
	case map[string]any:
		for n, e := range value {
			walk(n, e, look)
		}
	}
}
