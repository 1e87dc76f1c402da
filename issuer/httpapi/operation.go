package httpapi

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/pinion-hsm/pinion/issuer/access"
)

// operation is one call of the interface: what is routed, what is in the OpenAPI
// document, and what a request is checked against.
type operation struct {
	ID          string // "setPIN": unique, and good as an anchor
	Method      string
	Path        string // pattern; {publicToken} is a card
	Tag         string // heading in the document
	Summary     string // one line
	Description string // Markdown is not used

	Public bool           // no client needs to be known
	Scopes []access.Scope // the client has all of them
	AnyOf  []access.Scope // the client has one of them
	// Admit takes the place of the guard where a credential of its own kind serves.
	// Nil: the guard, with Scopes.
	Admit func(a *api, next http.Handler) http.Handler

	Clear        bool     // carries a clear PIN: refused where those are turned off
	Once         bool     // takes an Idempotency-Key
	NoHead       bool     // a GET that is an event: HEAD is not for it
	OptionalBody bool     // the body may be empty
	AlsoTakes    []string // media types beside JSON; the handler finds them in call.media and call.raw

	// Rewrite is applied to a JSON body before it is read. Nil: none.
	Rewrite func([]byte) []byte

	Query     any      // struct with query tags, for the document
	Status    int      // of success
	Response  any      // struct of the answer, or nil for none
	Media     string   // of the answer, if not JSON
	AlsoGives []string // media types of the answer beside it
	Problems  []*kind  // beside those that follow from the fields above

	// Complete adds to a problem of this operation before it is sent. Nil: nothing.
	Complete func(*problem)
	// Optional says whether the operation exists under these options. Nil: always.
	Optional func(*Options) bool

	body  any // zero value of the request's struct, nil for none
	serve func(c *call) (any, error)
}

// table holds every operation, as the files of this package register them.
var table []*operation

// none is the request of an operation without a body.
type none struct{}

// register adds an operation. Its own file calls it from init. serve gets the
// decoded request, and returns the answer (nil for an empty one, or see raw and
// stream) or an error, which [explain] makes a problem of.
func register[In any](o operation, serve func(c *call, in *In) (any, error)) {
	in := new(In)
	if _, ok := any(in).(*none); !ok {
		o.body = in
	}
	o.serve = func(c *call) (any, error) {
		in := new(In)
		if len(c.raw) > 0 && c.media == mediaJSON {
			// The schema has been through it: what fails here is a number or text that
			// the type of a member does not hold.
			if json.Unmarshal(c.raw, in) != nil {
				return nil, malformed.problem()
			}
		}
		return serve(c, in)
	}
	table = append(table, &o)
}

// operations returns the operations that exist under the options, ordered as
// they are to be read.
func (a *api) operations() []*operation {
	var ops []*operation
	for _, o := range table {
		if o.Optional == nil || o.Optional(&a.Options) {
			ops = append(ops, o)
		}
	}
	slices.SortFunc(ops, func(x, y *operation) int {
		return cmp.Or(tagRank(x.Tag)-tagRank(y.Tag), strings.Compare(x.Path, y.Path), strings.Compare(x.Method, y.Method))
	})
	return ops
}

// tagRank puts the documented interfaces first, and what is for operators last.
func tagRank(tag string) int {
	return slices.Index([]string{"Operation", "PINs", "Cards", "PIN Control", "Cards API"}, tag) * -1
}

// aboutCard reports whether the path names a card.
func (o *operation) aboutCard() bool { return strings.Contains(o.Path, "{"+pathToken+"}") }

// problems returns every kind of problem that the operation may answer.
func (o *operation) problems() []*kind {
	all := slices.Clone(o.Problems)
	add := func(when bool, k ...*kind) {
		if when {
			all = append(all, k...)
		}
	}
	add(!o.Public, noCredential, badCredential, tooMany, authDown, internal)
	add(len(o.Scopes)+len(o.AnyOf) > 0, noScope)
	add(o.aboutCard(), noCard, storeDown, misconfigured)
	add(o.body != nil, malformed, invalid, tooLarge, wrongMedia)
	add(o.Once, invalid, reused)
	add(o.Query != nil, invalid)
	add(o.Clear, clearOff, hsmDown, misconfigured)
	slices.SortStableFunc(all, func(x, y *kind) int { return x.Status - y.Status })
	var once []*kind
	for _, k := range all {
		if !slices.Contains(once, k) {
			once = append(once, k)
		}
	}
	return once
}
