package main

import (
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"

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
		answer, err := readSecret(fd)
		_, _ = io.WriteString(e.stderr, "\n")
		if err != nil {
			return nil, errors.New("the answer could not be read from the terminal")
		}
		return answer, nil
	}
	return e
}

// readSecret reads a line without echo. Whoever interrupts it gets the echo back:
// the read itself cannot be interrupted, so the process ends here.
func readSecret(fd int) ([]byte, error) {
	before, err := term.GetState(fd)
	if err != nil {
		return nil, err
	}
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt, syscall.SIGTERM)
	done := make(chan struct{})
	defer close(done)
	defer signal.Stop(interrupts)
	go func() {
		select {
		case <-interrupts:
			_ = term.Restore(fd, before)
			_, _ = io.WriteString(os.Stderr, "\n")
			os.Exit(exitInterrupted)
		case <-done:
		}
	}()
	return term.ReadPassword(fd)
}
