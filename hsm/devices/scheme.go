package devices

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pinion-hsm/pinion/hsm"
)

// ErrURI is returned for a device URI that cannot be understood.
var ErrURI = errors.New("hsm/devices: the device URI is not understood")

// ErrNotThere is returned with [Options.Existing] for a directory without a token.
var ErrNotThere = errors.New("hsm/devices: there is no token yet")

// Scheme describes one kind of device URI.
type Scheme struct {
	Name string // without the colon: "pkcs11"
	Form string // what a URI looks like: "softhsm:/dir"
	Text string // one line for people

	// open gets what follows the colon.
	open func(ctx context.Context, rest string, o Options) (hsm.Device, error)
}

var schemes = map[string]Scheme{}

// register adds a scheme. It is called from init by the file of each scheme.
func register(s Scheme) { schemes[s.Name] = s }

// Schemes returns every scheme, sorted by name.
func Schemes() []Scheme {
	list := make([]Scheme, 0, len(schemes))
	for _, s := range schemes {
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b Scheme) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// schemeOf splits a URI. The scheme is case-insensitive, RFC 3986 3.1.
func schemeOf(uri string) (Scheme, string, error) {
	name, rest, found := strings.Cut(uri, ":")
	if !found {
		return Scheme{}, "", fmt.Errorf("%w: it has no scheme; want one of %s", ErrURI, known())
	}
	s, ok := schemes[strings.ToLower(name)]
	switch {
	case ok:
		return s, rest, nil
	case !isSchemeName(name):
		return Scheme{}, "", fmt.Errorf("%w: it does not begin with a scheme; want one of %s", ErrURI, known())
	}
	return Scheme{}, "", fmt.Errorf("%w: there is no scheme %s:; want one of %s", ErrURI, name, known())
}

// isSchemeName keeps what is no name from being quoted: who pastes a URI
// without its scheme may have pasted a credential.
func isSchemeName(s string) bool {
	if s == "" || len(s) > 16 {
		return false
	}
	for _, c := range []byte(s) {
		if (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && c != '+' && c != '-' && c != '.' {
			return false
		}
	}
	return true
}

func known() string {
	var forms []string
	for _, s := range Schemes() {
		forms = append(forms, s.Form)
	}
	return strings.Join(forms, ", ")
}
