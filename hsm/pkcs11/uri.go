package pkcs11

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/pinion-hsm/pinion/internal/secret"
)

// ErrURI is wrapped by every error about the text of a URI. The error names the
// attribute that is wrong and says how; it never quotes a value, since the
// credential may be one.
var ErrURI = errors.New("hsm/pkcs11: the URI is not understood")

// URI says which token to use, where its library is and where its credential
// comes from, as in RFC 7512. The zero URI names nothing.
//
// Of the path attributes it knows token, manufacturer, model, serial and
// slot-id, and reads over object, type and id, since keys are named elsewhere;
// of the query attributes module-path, module-name, pin-source and pin-value.
// Vendor attributes that begin with x- are ignored. Every other attribute is an
// error: a condition that is not heeded might select the wrong token.
type URI struct {
	Token        string // label of the token, up to 32 bytes
	Serial       string // serial number of the token, up to 16 bytes
	Manufacturer string
	Model        string

	// SlotID, if set, is one more condition, for tokens that nothing else tells
	// apart. It does not name a token alone: slots are renumbered.
	SlotID *uint

	ModulePath string // file of the library, or the directory that ModuleName is in
	ModuleName string // name of the library without prefix and suffix, like softhsm2

	// CredentialSource is pin-source: the file that holds the credential, as a
	// path or as a file: URI.
	CredentialSource string

	credential secret.Bytes // pin-value
}

const scheme = "pkcs11:"

// ParseURI parses a URI of the scheme pkcs11 (RFC 7512 section 2.3). Errors
// wrap [ErrURI].
func ParseURI(text string) (URI, error) {
	if len(text) < len(scheme) || !strings.EqualFold(text[:len(scheme)], scheme) {
		return URI{}, fmt.Errorf("%w: it must begin with %q", ErrURI, scheme)
	}
	path, query, hasQuery := strings.Cut(text[len(scheme):], "?")
	p := parser{seen: map[string]bool{}, discreet: strings.Contains(text, "pin-value")}
	if err := p.attributes("path", path, ";", pathAttributes); err != nil {
		return URI{}, err
	}
	if hasQuery {
		if err := p.attributes("query", query, "&", queryAttributes); err != nil {
			return URI{}, err
		}
	}
	if p.seen["pin-value"] && p.seen["pin-source"] {
		return URI{}, attributeError("pin-value", "there is a pin-source too: give one of them")
	}
	if p.uri.SlotID != nil && p.uri.Token == "" && p.uri.Serial == "" {
		return URI{}, attributeError("slot-id", "slots are renumbered: name the token too, by token= (its label) or serial=")
	}
	return p.uri, nil
}

// parser is a URI in the making.
type parser struct {
	uri  URI
	seen map[string]bool
	// discreet: there is a pin-value somewhere, so what looks like an unknown
	// attribute may be the rest of a credential that was not percent-encoded.
	discreet bool
}

// attribute puts a decoded value where it belongs and returns what is wrong with
// it, or "".
type attribute func(u *URI, value string) (problem string)

// attributes parses one list of name=value.
func (p *parser) attributes(part, text, separator string, known map[string]attribute) error {
	if text == "" {
		return nil
	}
	for i, item := range strings.Split(text, separator) {
		name, raw, found := strings.Cut(item, "=")
		set, ok := known[name]
		switch {
		case !ok && strings.HasPrefix(name, "x-"):
			continue
		case !ok && p.discreet:
			return fmt.Errorf("%w: attribute %d of the %s is unknown: percent-encode special characters in values", ErrURI, i+1, part)
		case !ok:
			return fmt.Errorf("%w: attribute %d of the %s, %s, is unknown", ErrURI, i+1, part, strconv.Quote(clip(name)))
		case !found:
			return attributeError(name, "it has no value")
		case p.seen[name]:
			return attributeError(name, "it is there twice")
		}
		p.seen[name] = true
		value, problem := decode(raw)
		if problem == "" {
			problem = set(&p.uri, value)
		}
		if problem != "" {
			return attributeError(name, problem)
		}
	}
	return nil
}

func attributeError(name, problem string) error {
	return fmt.Errorf("%w: attribute %s: %s", ErrURI, name, problem)
}

func clip(s string) string {
	if len(s) > 32 {
		return s[:32] + "…"
	}
	return s
}
