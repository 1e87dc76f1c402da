package main

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// output is how a command prints its result: as text, or with --json as one
// JSON object.
type output struct{ json bool }

// flag adds --json to a command.
func (o *output) flag(c *cobra.Command) {
	c.Flags().BoolVar(&o.json, "json", false, "print one JSON object")
}

// write prints text and a line end, or v as one line of JSON.
func (o *output) write(e *env, text string, v any) error {
	if !o.json {
		return writeAll(e.stdout, strings.TrimSuffix(text, "\n")+"\n")
	}
	line, err := jsonLine(v)
	if err != nil {
		return err
	}
	return writeAll(e.stdout, line)
}

// jsonLine returns v as one line of JSON, with its line end.
func jsonLine(v any) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return "", &problem{code: exitUsage, what: "the result cannot be written as JSON"}
	}
	return b.String(), nil
}

// written passes on what is written and keeps whether that failed, for writers whose
// errors nobody looks at: a help text that was cut off is no success.
type written struct {
	w      io.Writer
	failed bool
}

func (w *written) Write(b []byte) (int, error) {
	n, err := w.w.Write(b)
	w.failed = w.failed || err != nil
	return n, err
}

// err is the error of a command that ended with err.
func (w *written) err(err error) error {
	if err == nil && w.failed {
		return errNotWritten()
	}
	return err
}

func errNotWritten() error { return usage("the result could not be written") }

func writeAll(w io.Writer, text string) error {
	if _, err := io.WriteString(w, text); err != nil {
		return errNotWritten()
	}
	return nil
}
