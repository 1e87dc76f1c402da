package lab

import (
	"context"
	"strings"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/internal/errtext"
)

// form is a panel that is filled in, and what becomes of it. A field that is read
// is one that means something; so a panel reads all that do, whatever is wrong
// with the first, and looks at ok before it goes on.
type form struct {
	ctx    context.Context
	fields []Field
	values Values
	used   map[string]bool
	no     bool // the fields make sense, and the answer is no
	Answer
}

// field returns a field of the panel.
func (f *form) field(name string) Field {
	for _, d := range f.fields {
		if d.Name == name {
			return d
		}
	}
	return Field{Name: name}
}

// wrong says what to do about a field; if the panel does not have it, about all of
// them. What was said first stays.
func (f *form) wrong(name, what string) {
	if f.field(name).Label == "" {
		name = ""
	}
	if f.Problems == nil {
		f.Problems = map[string]string{}
	}
	if f.Problems[name] == "" {
		f.Problems[name] = what
	}
}

// wrongErr is wrong with the words of the library.
func (f *form) wrongErr(name string, err error) { f.wrong(name, sentence(err)+".") }

// refuse is wrong for a field that is well formed, and whose value is not what it
// is taken for: the command and the program say so too.
func (f *form) refuse(name, what string) {
	f.no = true
	f.wrong(name, what)
}

// ok reports whether nothing is wrong so far.
func (f *form) ok() bool { return len(f.Problems) == 0 }

// good reports whether nothing is wrong with some of the fields.
func (f *form) good(names ...string) bool {
	for _, n := range names {
		if f.Problems[n] != "" {
			return false
		}
	}
	return true
}

// explained takes what an explanation function returns. It reports whether there
// is an answer; blame says which field an error is about.
func (f *form) explained(e explain.Explanation, err error, blame func(error)) bool {
	if len(e.Steps) > 0 || err == nil {
		f.Explanation = &e
	}
	if err != nil {
		blame(err)
		if f.ok() {
			f.wrongErr("", err)
		}
	}
	return err == nil
}

// result is the answer, once it is explained.
func (f *form) result(text string, err error) {
	if err != nil {
		f.wrongErr("", err)
		return
	}
	f.Result = text
}

// finish returns the answer. While there are problems there is no result, and a
// field that has one is shown.
func (f *form) finish() Answer {
	f.Uses = []string{}
	for name := range f.Problems {
		f.used[name] = true
	}
	for _, d := range f.fields {
		if f.used[d.Name] {
			f.Uses = append(f.Uses, d.Name)
		}
	}
	if !f.ok() {
		f.Result = ""
		if !f.no {
			f.Command, f.Go = "", ""
		}
		if f.Explanation != nil {
			f.Explanation.Answer = nil
		}
	}
	return f.Answer
}

// sentence returns an error of the library as it is said beside a field: without
// the name of its package, and beginning like a sentence.
func sentence(err error) string {
	text := errtext.Plain(err.Error())
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// phrase is sentence for the middle of one.
func phrase(err error) string {
	s := sentence(err)
	if len(s) > 1 && (s[1] < 'A' || s[1] > 'Z') { // not an abbreviation
		return strings.ToLower(s[:1]) + s[1:]
	}
	return s
}
