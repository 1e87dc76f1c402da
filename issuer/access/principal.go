package access

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kind is how a caller was recognised.
type Kind string

// The kinds of principal.
const (
	KindToken       Kind = "token"       // a JWT
	KindCertificate Kind = "certificate" // a TLS client certificate
	KindStatic      Kind = "static"      // a token of the configuration
)

// Principal is who calls. It may be logged.
type Principal struct {
	Name   string // printable, 1 to 255 bytes
	Kind   Kind
	Scopes []Scope
}

// Has says whether the principal has the scope. Nil has none.
func (p *Principal) Has(s Scope) bool { return p != nil && slices.Contains(p.Scopes, s) }

// ID names the principal among those of all kinds, as kind:name: a token's
// subject and a certificate's may be the same text, and are not the same client.
func (p *Principal) ID() string {
	if p == nil {
		return ""
	}
	return string(p.Kind) + ":" + p.Name
}

type contextKey struct{}

// With returns a context in which p is the caller.
func With(ctx context.Context, p *Principal) context.Context {
	return context.WithValue(ctx, contextKey{}, p)
}

// From returns the caller, or nil where no Guard has let one in.
func From(ctx context.Context) *Principal {
	p, _ := ctx.Value(contextKey{}).(*Principal)
	return p
}

// goodName says whether a name can be a principal's. Names come from an
// authorization server or a CA and go to logs and the audit log, so they hold no
// control characters, no end of a line, and nothing that turns text around.
func goodName(name string) bool {
	notPrint := func(c rune) bool { return !unicode.IsPrint(c) }
	return name != "" && len(name) <= 255 && utf8.ValidString(name) && !strings.ContainsFunc(name, notPrint)
}
