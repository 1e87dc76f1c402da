package pool

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/pinion-hsm/pinion/hsm"
)

// ErrDiffers is returned where two members have different keys under one label: it
// wraps [hsm.ErrDevice]. Which of them is right the pool cannot know.
var ErrDiffers error = kind{"hsm/pool: members have different keys under one label", hsm.ErrDevice}

// kind is a kind of error that is a special case of another.
type kind struct {
	text string
	of   error
}

func (k kind) Error() string { return k.text }
func (k kind) Unwrap() error { return k.of }

var (
	errFailed    = errors.New("hsm/pool: counted as a failure")
	errUncounted = errors.New("hsm/pool: not counted")
	errHung      = &hsm.Error{Err: hsm.ErrUnavailable, Hint: "the last health check has had no answer yet"}
)

// failed reports whether an error says that a member does not answer, rather than
// being its answer. A member is closed by its pool only: one that says it is, and
// whose pool is open, is of no use any more.
//
// A deadline that is not the caller's is the member's, whether it set it itself or
// the pool did.
func failed(ctx context.Context, err error) bool {
	return ctx.Err() == nil && (errors.Is(err, hsm.ErrUnavailable) || errors.Is(err, hsm.ErrClosed) || errors.Is(err, context.DeadlineExceeded))
}

// passes reports whether an error says that this member cannot do an operation that
// another one may be able to do. Nothing was done.
func passes(err error) bool {
	return errors.Is(err, hsm.ErrKeyNotFound) || errors.Is(err, errors.ErrUnsupported) || errors.Is(err, errWorse)
}

// said returns an error as it may be told. Those of package hsm carry no secrets; of
// others, only the kind is known to be fit for a log.
func said(err error) string {
	var e *hsm.Error
	switch {
	case err == nil:
		return "has said nothing yet"
	case errors.As(err, &e), errors.Is(err, ErrDiffers):
		return err.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return "did not answer in time"
	case errors.Is(err, hsm.ErrUnavailable):
		return hsm.ErrUnavailable.Error()
	case errors.Is(err, hsm.ErrClosed):
		return hsm.ErrClosed.Error()
	}
	return hsm.Outcome(err)
}

// named names the member in what its device says to whoever has to mend it. Of a block
// that does not open there is nothing to mend, and nothing to add.
func (p *Pool) named(m *member, err error) error {
	var e *hsm.Error
	if len(p.members) == 1 || !errors.As(err, &e) || errors.Is(err, hsm.ErrBlock) || errors.Is(err, ErrDiffers) {
		return err
	}
	c := *e
	c.Hint = strings.TrimSuffix("member "+m.name+": "+e.Hint, ": ")
	return &c
}

// hinted adds a hint to an error. It has to be in the [hsm.Error]: of what is wrapped
// around one the front makes nothing.
func hinted(err error, hint string) error {
	var e *hsm.Error
	if !errors.As(err, &e) {
		return &hsm.Error{Err: err, Hint: hint}
	}
	c := *e
	c.Hint = strings.TrimPrefix(c.Hint+"; "+hint, "; ")
	return &c
}

// unavailable is what is returned when no member is left to try.
func (p *Pool) unavailable() *hsm.Error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var b strings.Builder
	b.WriteString("the members of the pool:")
	for i, m := range p.members {
		if i > 0 {
			b.WriteString(";")
		}
		state := Ejected
		if m.serving {
			state = Serving
		}
		fmt.Fprintf(&b, " %s (%v)", m.name, state)
		if m.last != nil {
			b.WriteString(": " + said(m.last))
		}
	}
	return &hsm.Error{Err: hsm.ErrUnavailable, Hint: b.String()}
}
