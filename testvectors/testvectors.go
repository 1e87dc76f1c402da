// Package testvectors has this project's test vectors as data, the schema they
// follow, a lint, and a runner that tries them on the library or on a device. It is
// for whoever has a device or an implementation to hold to known answers.
//
// The files are embedded ([FS]). Their form is schema "pin-vectors/1", described
// in schema/pin-vectors-1.schema.json and in README.md; [Load] and [Parse] read
// it strictly. A file that is empty, miscounted or has a member that nobody
// reads is an error and not a quiet success, and [Run] holds every vector to the
// same: an operation it does not know and an input it does not use are failures.
//
//	f, err := testvectors.Load(testvectors.FS, "translate.json")
//	report := testvectors.Run(ctx, f, testvectors.Options{HSM: h}) // without HSM: on the library
//
// Everything in a vector is test data. That is why this package, unlike those that
// handle cardholders' PINs, shows PINs, PANs, blocks and keys when a vector fails. The
// command is "pinion vectors run".
package testvectors

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
)

// FS holds the vector files, at its root, and their schema, in schema/.
//
//go:embed *.json schema/*.json
var FS embed.FS

// Schema is the name of the only schema there is, and of every file's "schema".
const Schema = "pin-vectors/1"

// File is one file of vectors.
type File struct {
	Schema      string          `json:"schema"`
	Topic       string          `json:"topic"`
	Description string          `json:"description"`
	Conventions json.RawMessage `json:"conventions"` // an object; what is particular to the file, for people
	Count       int             `json:"count"`
	Vectors     []Vector        `json:"vectors"`
}

// Vector is one test: an operation, its inputs, and either what they give or
// why they must be refused.
type Vector struct {
	ID          string          `json:"id"`
	Op          string          `json:"op"`
	Source      string          `json:"source"`
	Origin      string          `json:"origin"`
	Inputs      json.RawMessage `json:"inputs"`                 // an object; its members depend on the operation
	Expected    json.RawMessage `json:"expected,omitempty"`     // an object; nil if the inputs must be refused
	ExpectError *Refusal        `json:"expect_error,omitempty"` // nil if the inputs are good
	Comment     string          `json:"comment,omitempty"`
	CheckedBy   []string        `json:"checked_by"`
	Confirmed   string          `json:"confirmed"`
}

// Refusal says why inputs must be refused.
type Refusal struct {
	Reason string `json:"reason"`
}

// Load reads and parses one file. See [Parse].
func Load(fsys fs.FS, name string) (*File, error) {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	f, err := Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return f, nil
}

// Parse reads a file of vectors. Besides what is no JSON or no vector file, it
// refuses members that are unknown, missing, named twice or null, another schema,
// a file without vectors or with a wrong count, and an id that is missing or used
// twice. The error names line and member. What a vector's own inputs should be
// is for [Lint] and [Run].
func Parse(data []byte) (*File, error) {
	f := new(File)
	if err := decode(data, f); err != nil {
		return nil, fmt.Errorf("testvectors: %w", err)
	}
	if ps := f.structure(); len(ps) > 0 {
		errs := make([]error, len(ps))
		for i, p := range ps {
			errs[i] = errors.New(p.String())
		}
		return nil, fmt.Errorf("testvectors: %w", errors.Join(errs...))
	}
	return f, nil
}

// Names returns the names of the embedded vector files, sorted.
func Names() []string {
	names, err := fs.Glob(FS, "*.json")
	if err != nil { // the pattern is well formed
		return nil
	}
	return names
}

// Counts returns how many vectors each embedded file has, by its topic.
func Counts() (map[string]int, error) {
	counts := map[string]int{}
	for _, name := range Names() {
		f, err := Load(FS, name)
		if err != nil {
			return nil, err
		}
		if want := f.Topic + path.Ext(name); name != want {
			return nil, fmt.Errorf("testvectors: %s has the topic of %s", name, want)
		}
		counts[f.Topic] = f.Count
	}
	return counts, nil
}
