package hsm

import (
	"errors"
	"strings"

	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// The kinds of error. Ask with errors.Is; an error from a device is an [*Error]
// that wraps one of them, or what the packages pinblock and pinverify say about
// the caller's input.
var (
	ErrWrongPIN    = pinverify.ErrWrongPIN   // the PIN is not the one of the reference
	ErrWeakPIN     = pinverify.ErrWeakPIN    // the rules refuse a PIN as too easy to guess
	ErrRuleLength  = pinverify.ErrRuleLength // the rules refuse the length of a PIN
	ErrBlock       = pinblock.ErrBlock       // the block did not open: nothing more is said
	ErrNoPIN       = errors.New("hsm: no PIN was drawn that the rules take")
	ErrPolicy      = errors.New("hsm: the translation policy does not allow this")
	ErrExposure    = errors.New("hsm: this device would have the clear PIN in this process, which was not allowed")
	ErrKeyUsage    = errors.New("hsm: the key's usage does not allow this operation")
	ErrKeyNotFound = errors.New("hsm: no such key")
	ErrKeyExists   = errors.New("hsm: a key of this label exists already")
	ErrUnavailable = errors.New("hsm: the device does not answer; trying again may help")
	ErrClosed      = errors.New("hsm: the device is closed")
	ErrDevice      = errors.New("hsm: the device refused")
)

// Error is what went wrong with one operation, told for whoever has to mend it.
// It carries no PIN, PIN block, key byte or PAN.
type Error struct {
	Op   Operation // what was asked for
	Key  string    // label of the key concerned, if one was
	Code string    // the device's own code by name, like CKR_KEY_FUNCTION_NOT_PERMITTED
	Hint string    // what to do about it
	Err  error     // one of the kinds above, or an error about the input
}

// Error returns one line with everything that is known.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Op != 0 {
		b.WriteString(e.Op.String() + ": ")
	}
	if e.Key != "" {
		b.WriteString("key " + quote(e.Key) + ": ")
	}
	b.WriteString(e.Err.Error())
	if e.Code != "" {
		b.WriteString(" (" + e.Code + ")")
	}
	if e.Hint != "" {
		b.WriteString("; " + e.Hint)
	}
	return b.String()
}

// Unwrap returns the kind of error.
func (e *Error) Unwrap() error { return e.Err }

// quote quotes a label, which came from a caller and is not trusted to be short
// or printable.
func quote(s string) string {
	if len(s) > 64 {
		s = s[:64] + "…"
	}
	return `"` + strings.Map(func(r rune) rune {
		if r < ' ' || r == '"' || r == 0x7f {
			return '?'
		}
		return r
	}, s) + `"`
}

// fail completes an error with the operation, and the key if it is missing.
func fail(op Operation, key string, err error) error {
	var e *Error
	if errors.As(err, &e) {
		c := *e
		c.Op = op
		if c.Key == "" {
			c.Key = key
		}
		return &c
	}
	return &Error{Op: op, Key: key, Err: err}
}
