package main

import (
	"bufio"
	"strings"

	"github.com/spf13/cobra"
)

// keyBlockFlag is --block: a key block, or - for a line of standard input.
type keyBlockFlag struct{ text string }

func (f *keyBlockFlag) add(c *cobra.Command) {
	c.Flags().StringVar(&f.text, "block", "", "key `block`; - reads it from standard input")
}

// maxKeyBlock is the longest key block, and a line end.
const maxKeyBlock = 9999 + 2

func (f *keyBlockFlag) get(e *env) (string, error) {
	text := f.text
	if text == "-" {
		in := bufio.NewScanner(e.stdin)
		in.Buffer(make([]byte, maxKeyBlock), maxKeyBlock)
		if !in.Scan() {
			return "", usage("--block: there is no line on standard input that could be a key block")
		}
		text = in.Text()
	}
	if text = strings.TrimSpace(text); text == "" {
		return "", usage("--block is missing").withHint("a key block begins with its version, A to E, and four digits for its length")
	}
	return text, nil
}
