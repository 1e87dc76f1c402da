package httpapi

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"net/http"

	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/access"
	"github.com/pinion-hsm/pinion/issuer/audit"
	"github.com/pinion-hsm/pinion/issuer/session"
)

// Options is what the interface is made with.
type Options struct {
	Service  *issuer.Service
	Sessions *session.Sessions // for PINs that come or go in clear

	Access access.Authenticator // nil refuses everybody
	Limits *access.Limiter      // nil limits nothing

	// ClearPIN allows requests that carry a PIN in clear. Without it they are
	// refused, and only enciphered PINs are taken and given.
	ClearPIN bool
	// IssuerCodes are the IssCode values that PIN Control takes. Empty takes any.
	IssuerCodes []string
	// MaxBody is the longest request body in bytes. 0 means 64 KiB.
	MaxBody int64

	// Ready says whether requests would be served now. Nil is always.
	Ready func(context.Context) error
	// Audit reads the audit log from an entry on, as issuer.Store does. Nil: there
	// is no /audit.
	Audit func(ctx context.Context, first int64) iter.Seq2[audit.Entry, error]
	Log   *slog.Logger // nil: none
}

func (o *Options) check() error {
	if o.Service == nil {
		return errors.New("issuer/httpapi: Options.Service is missing")
	}
	if o.Sessions == nil {
		return errors.New("issuer/httpapi: Options.Sessions is missing, which PINs that come or go in clear need")
	}
	if o.MaxBody == 0 {
		o.MaxBody = 64 << 10
	}
	if o.Ready == nil {
		o.Ready = func(context.Context) error { return nil }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return nil
}

// api is one interface: the options, and what is made of the table of operations.
type api struct {
	Options
	guard    *access.Guard
	mux      *http.ServeMux
	document []byte // OpenAPI, JSON
	page     []byte // the same to read, HTML
}

// New returns the handler of all operations. The error says what the options lack.
func New(o Options) (http.Handler, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	a := &api{Options: o, mux: http.NewServeMux()}
	a.guard = &access.Guard{Authenticator: o.Access, Limiter: o.Limits, OnError: refuseAccess}
	ops := a.operations()
	var err error
	if a.document, err = document(ops); err != nil {
		return nil, err
	}
	if a.page, err = page(a.document); err != nil {
		return nil, err
	}
	schemas, err := compile(a.document, ops)
	if err != nil {
		return nil, err
	}
	a.route(ops, schemas)
	return a, nil
}
