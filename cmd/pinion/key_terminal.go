package main

import (
	"errors"
	"io"
)

// maxSecretLine is more than the hex digits of any key, with spaces between them.
const maxSecretLine = 256

// secretLine asks for a secret without echo or, where there is no terminal, reads
// a line of standard input. It reads no byte of the next line, and leaves none of
// this one in a buffer. The caller clears the answer.
func secretLine(e *env, question string) ([]byte, error) {
	if e.prompt != nil {
		answer, err := e.prompt(question)
		if !errors.Is(err, errNoTerminal) {
			return answer, err
		}
	}
	line := make([]byte, 0, maxSecretLine)
	var b [1]byte
	for {
		n, err := e.stdin.Read(b[:])
		switch {
		case n == 1 && b[0] == '\n', errors.Is(err, io.EOF) && len(line) > 0:
			b[0] = 0
			return line, nil
		case errors.Is(err, io.EOF):
			return nil, usage("standard input ended before everything was there")
		case err != nil:
			clear(line)
			return nil, usage("standard input could not be read")
		case n == 1 && len(line) == maxSecretLine:
			clear(line)
			return nil, usage("a line of standard input is too long")
		case n == 1:
			line = append(line, b[0])
		}
	}
}

// trimSecret returns text without the white space around and within it, in place:
// components are written in groups of digits.
func trimSecret(text []byte) []byte {
	kept := text[:0]
	for _, c := range text {
		if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			kept = append(kept, c)
		}
	}
	clear(text[len(kept):])
	return kept
}
