package main

import (
	"errors"
	"iter"
	"os"

	"github.com/pinion-hsm/pinion/issuer/audit"
)

// auditFile reads an exported log.
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
		for entry, err := range audit.Lines(in) {
			if err != nil && !errors.Is(err, audit.ErrBroken) {
				err = usage("the file cannot be read, or has a line that is too long for an audit log")
			}
			if !yield(entry, err) {
				return
			}
		}
	}, end, nil
}
