package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/internal/errtext"
)

// The exit codes, as "pinion help exit-codes" has them.
const (
	exitOK          = 0
	exitNo          = 1   // the answer is no
	exitUsage       = 2   // the input or the command line is wrong
	exitRefused     = 3   // policy, exposure, key usage, no such key, credential
	exitDevice      = 4   // the device failed or does not answer
	exitInterrupted = 130 // as a shell has it
)

// problem is an error as a person is told it: what is wrong and, if there is
// something to be done about it, what.
type problem struct {
	code int    // 0: by the kind of err
	what string // "" prints nothing: the answer was on stdout
	hint string
	err  error
}

// Error returns what is wrong.
func (p *problem) Error() string { return p.what }

// Unwrap returns the error behind the problem, if there is one.
func (p *problem) Unwrap() error { return p.err }

func (p *problem) withHint(format string, a ...any) *problem {
	p.hint = fmt.Sprintf(format, a...)
	return p
}

// usage returns a problem with the input or the command line.
func usage(format string, a ...any) *problem {
	return &problem{code: exitUsage, what: fmt.Sprintf(format, a...)}
}

// about returns err with the flag or the field that it is about: "--pan: PAN
// must be 1 to 19 decimal digits". Its exit code is that of err's kind.
func about(what string, err error) *problem {
	p := &problem{what: what + ": " + plain(err), hint: hintOf(err), err: err}
	if inner := (*problem)(nil); errors.As(err, &inner) {
		p.code = inner.code
	}
	return p
}

// answerNo ends a command whose answer is no, and already on stdout.
func answerNo() error { return &problem{code: exitNo} }

// interrupted ends a command that was stopped by a signal.
func interrupted() error { return &problem{code: exitInterrupted, what: "interrupted"} }

// afterInterrupt returns the error of a command whose context a signal has ended. What
// failed for that reason is no fault of a file or a device, and is not told as one; the
// text of a command that knows of it, like how far it came, stays.
func afterInterrupt(err error) error {
	if !errors.Is(err, context.Canceled) {
		return err
	}
	if !strings.Contains(plain(err), "interrupted") {
		return interrupted()
	}
	return &problem{code: exitInterrupted, what: plain(err), hint: hintOf(err), err: err}
}

// report prints an error and returns the exit code for it.
func report(e *env, err error) int {
	if err == nil {
		return exitOK
	}
	if what := plain(err); what != "" {
		_, _ = fmt.Fprintf(e.stderr, "pinion: %s\n", what)
		if hint := hintOf(err); hint != "" {
			_, _ = fmt.Fprintf(e.stderr, "  hint: %s\n", hint)
		}
	}
	return exitCode(err)
}

// kinds are the errors that have an exit code of their own.
var kinds = []struct {
	err  error
	code int
}{
	{hsm.ErrWrongPIN, exitNo}, {hsm.ErrBlock, exitNo},
	{hsm.ErrPolicy, exitRefused}, {hsm.ErrExposure, exitRefused}, {hsm.ErrKeyUsage, exitRefused},
	{hsm.ErrKeyNotFound, exitRefused}, {hsm.ErrKeyExists, exitRefused},
	{pkcs11.ErrCredential, exitRefused}, // an ErrDevice that must not be tried again: it may lock the token
	{hsm.ErrUnavailable, exitDevice}, {hsm.ErrClosed, exitDevice}, {hsm.ErrDevice, exitDevice},
	{context.DeadlineExceeded, exitDevice}, {context.Canceled, exitInterrupted},
}

func exitCode(err error) int {
	if err == nil {
		return exitOK
	}
	var p *problem
	if errors.As(err, &p) && p.code != 0 {
		return p.code
	}
	for _, k := range kinds {
		if errors.Is(err, k.err) {
			return k.code
		}
	}
	return exitUsage
}

// plain returns err in words for a person, without its hint.
func plain(err error) string {
	var p *problem
	if errors.As(err, &p) {
		return p.what
	}
	text := err.Error()
	if hint := hintOf(err); hint != "" {
		text = strings.TrimSuffix(text, "; "+hint)
	}
	return errtext.Plain(text)
}

// hintOf returns what to do about err, if that is known.
func hintOf(err error) string {
	var p *problem
	if errors.As(err, &p) {
		return p.hint
	}
	var h *hsm.Error
	if errors.As(err, &h) {
		return h.Hint
	}
	return ""
}
