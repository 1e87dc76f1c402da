// Package lab is the laboratory page without its looks: panels, what their fields
// take, and the answer to what was typed. It runs in the browser, compiled to
// WebAssembly, and in tests as it is. The page draws what it is told here and
// decides nothing.
//
// Everything is text, as it is typed, and in the clear: it is for test data.
//
// A panel is a file that calls register from init; its order is its place on the
// page. Adding one edits nothing else.
package lab

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/pinion-hsm/pinion/explain"
)

// Panel is one task of the page.
type Panel struct {
	Name     string    `json:"name"`  // in links: "encode"
	Title    string    `json:"title"` // for people
	Intro    string    `json:"intro"` // a sentence or two
	Fields   []Field   `json:"fields"`
	Examples []Example `json:"examples"` // at least one; the first is what an empty panel begins with

	order  int // its place on the page: tens, so that others fit between
	answer func(*form)
}

// Field is what is typed or chosen.
type Field struct {
	Name    string   `json:"name"` // in links, and where there is a flag for it, the flag: "pan"
	Label   string   `json:"label"`
	Hint    string   `json:"hint,omitempty"` // its shape: "8 to 19 digits"
	Kind    Input    `json:"kind"`
	Choices []Choice `json:"choices,omitempty"` // of a Choose; the first is what an empty value means
}

// Input is how a field is drawn.
type Input string

// The inputs.
const (
	Hex    Input = "hex"    // hex digits; spaces are taken out
	Digits Input = "digits" // decimal digits; spaces are taken out
	Line   Input = "line"   // any text in a line
	Lines  Input = "lines"  // several lines: one value in each, or a value that is long
	Choose Input = "choose" // one of Choices
	Tick   Input = "tick"   // "yes", or nothing
)

// Choice is a value of a Choose.
type Choice struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

// Example is a filled-in panel.
type Example struct {
	Name   string `json:"name"`
	Values Values `json:"values"`
}

// Values are what is in the fields, by their names. One that is missing is empty.
type Values map[string]string

// Answer is what a panel makes of its values.
type Answer struct {
	// Uses are the names of the fields that mean something with these values, in
	// the panel's order: the others are not shown. Nil is all.
	Uses []string `json:"uses,omitempty"`
	// Problems are the fields that are wrong, by name, and what to do about each. The
	// name "" is about all of them.
	Problems map[string]string `json:"problems,omitempty"`
	// Result is the answer alone, in a line or a few: what the Go program prints,
	// and the command among other things. It is empty while there are problems.
	Result string `json:"result,omitempty"`
	// Explanation is how the answer comes about. With problems it has no answer and
	// is as far as one gets, or nil.
	Explanation *explain.Explanation `json:"explanation,omitempty"`
	// Command is the same as a pinion lab command, on one line, quoted for a shell.
	// It is empty while there are problems, but for a block that is well formed and
	// does not decode: the command says so too.
	Command string `json:"command,omitempty"`
	// Go is the same as a Go program, likewise. It is empty where the public API
	// does not have it.
	Go string `json:"go,omitempty"`
}

// panels are what the panels' own files have registered.
var panels []Panel

// register adds a panel to the page.
func register(p Panel) { panels = append(panels, p) }

// Panels returns the panels of the page, in their order. They are for reading.
func Panels() []Panel {
	return slices.SortedFunc(slices.Values(panels), func(a, b Panel) int { return cmp.Compare(a.order, b.order) })
}

// ErrPanel is returned for a panel that does not exist.
var ErrPanel = errors.New("lab: there is no such panel")

// Ask returns the answer of a panel to what is in its fields. Values of fields
// that it does not have are ignored: links may be older than the page.
func Ask(ctx context.Context, panel string, v Values) (Answer, error) {
	for _, p := range panels {
		if p.Name == panel {
			f := &form{ctx: ctx, fields: p.Fields, values: v, used: map[string]bool{}}
			p.answer(f)
			return f.finish(), nil
		}
	}
	return Answer{}, ErrPanel
}
