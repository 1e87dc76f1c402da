package main

import (
	"errors"
	"io"
	"os"

	"golang.org/x/term"
)

// env is what a command may touch of the world, so that a test runs commands
// in its own process.
type env struct {
	stdin  io.Reader
	stdout io.Writer // results alone
	stderr io.Writer // notes, prompts and errors
	getenv func(string) string

	// prompt asks for a secret without echo. It returns errNoTerminal where
	// nobody can be asked. The caller owns the answer, and clears it.
	prompt func(question string) ([]byte, error)
}

// errNoTerminal says that there is nobody to ask.
var errNoTerminal = errors.New("standard input is not a terminal, so there is nobody to ask")

func osEnv() *env {
	e := &env{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv}
	e.prompt = func(question string) ([]byte, error) {
		fd := int(os.Stdin.Fd())
		if !term.IsTerminal(fd) {
			return nil, errNoTerminal
		}
		_, _ = io.WriteString(e.stderr, question)
		answer, err := term.ReadPassword(fd)
		_, _ = io.WriteString(e.stderr, "\n")
		if err != nil {
			return nil, errors.New("the answer could not be read from the terminal")
		}
		return answer, nil
	}
	return e
}
