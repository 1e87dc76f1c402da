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

func writeAll(w io.Writer, text string) error {
	if _, err := io.WriteString(w, text); err != nil {
		return usage("the result could not be written")
	}
	return nil
}
