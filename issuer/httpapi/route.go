package httpapi

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// route registers the operations. What is at no path, or has another method, is
// answered with a problem as well.
func (a *api) route(ops []*operation, s map[*operation]*schemas) {
	methods := map[string][]string{}
	for _, op := range ops {
		a.mux.Handle(op.Method+" "+op.Path, a.handler(op, s[op]))
		methods[op.Path] = append(methods[op.Path], op.Method)
		if op.Method == http.MethodGet && !op.NoHead {
			methods[op.Path] = append(methods[op.Path], http.MethodHead)
		}
		if op.NoHead { // the mux takes HEAD for GET
			a.mux.HandleFunc("HEAD "+op.Path, a.other(op.Path, methods))
		}
	}
	for path := range methods {
		a.mux.HandleFunc(path, a.other(path, methods))
	}
	a.mux.HandleFunc("/", func(_ http.ResponseWriter, r *http.Request) {
		callOf(r.Context()).send(notFound.problem())
	})
}

// other answers the methods that a path does not take, and OPTIONS.
func (a *api) other(path string, methods map[string][]string) http.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) {
		c := callOf(r.Context())
		c.pattern = path
		allow := append(slices.Clone(methods[path]), http.MethodOptions)
		slices.Sort(allow)
		c.w.Header().Set("Allow", strings.Join(allow, ", "))
		if r.Method == http.MethodOptions {
			c.w.WriteHeader(http.StatusNoContent)
			return
		}
		c.send(notAllowed.problem())
	}
}

// plainPath reports whether a path is one that this interface can have: nothing
// escaped, nothing that a router would clean, and so redirect to with the path in
// the answer.
func plainPath(u *url.URL) bool {
	if u.RawPath != "" || !strings.HasPrefix(u.Path, "/") || strings.Contains(u.Path, "//") || len(u.Path) > 200 {
		return false
	}
	for segment := range strings.SplitSeq(u.Path, "/") {
		if segment == "." || segment == ".." {
			return false
		}
		for _, b := range []byte(segment) {
			letter := b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
			if !letter && b != '.' && b != '_' && b != '-' {
				return false
			}
		}
	}
	return true
}
