package sqlstore

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"syscall"

	"github.com/pinion-hsm/pinion/issuer"
)

// fault is an error of the database, told without any value.
type fault struct {
	what string
	kind faultKind
}

type faultKind int

const (
	final  faultKind = iota // repeating the transaction does not help
	again                   // the database asks for the transaction to be repeated, and did nothing
	broken                  // the connection is gone
)

func (f *fault) Error() string {
	if f.what == "" {
		return issuer.ErrStore.Error()
	}
	return issuer.ErrStore.Error() + ": " + f.what
}

func (f *fault) Unwrap() error { return issuer.ErrStore }

// transport explains an error that did not come from the database itself.
func transport(err error) *fault {
	var errno syscall.Errno
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return &fault{"no answer in time", broken}
	case errors.Is(err, context.Canceled):
		return &fault{"interrupted", broken}
	case errors.As(err, &dns):
		return &fault{"the name of its host is not known", broken}
	case errors.As(err, &errno):
		return &fault{errno.Error(), broken}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return &fault{"the connection was closed", broken}
	case errors.As(err, &timeout) && timeout.Timeout():
		return &fault{"no answer in time", broken}
	}
	return &fault{"", broken}
}

// failed is the error of an operation: of its context if that ended, or of the
// database.
func failed(ctx context.Context, e engine, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return reason(e, err)
}

// reason is the fault that an error is, or means.
func reason(e engine, err error) *fault {
	if f, ok := errors.AsType[*fault](err); ok {
		return f
	}
	return e.explain(err)
}
