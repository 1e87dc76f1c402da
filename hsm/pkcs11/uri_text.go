package pkcs11

import (
	"fmt"
	"log/slog"
	"strconv"
	"strings"

	"github.com/pinion-hsm/pinion/internal/secret"
)

// unreserved is what RFC 7512 lets stand for itself in both parts of a URI,
// letters and digits apart: pk11-res-avail without its extras for one part, and
// RFC 3986's unreserved.
const unreserved = "-._~:[]@!$'()*+,="

// decode returns a value with its percent-encoding undone. It is strict: where a
// space or an ampersand was meant to be part of a value, guessing would find
// another token.
func decode(raw string) (value, problem string) {
	var b strings.Builder
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '%':
			if i+2 >= len(raw) {
				return "", "percent-encoding is cut short"
			}
			n, err := strconv.ParseUint(raw[i+1:i+3], 16, 8)
			if err != nil {
				return "", "percent-encoding is not two hex digits"
			}
			b.WriteByte(byte(n))
			i += 2
		case plain(c) || c == '/' || c == '?' || c == '|' || c == '&':
			// The slash and question mark of paths; a bar so that a command is
			// refused as one. An ampersand is only seen here in the path.
			b.WriteByte(c)
		default:
			return "", "it has a character that must be percent-encoded (a space is %20)"
		}
	}
	return b.String(), ""
}

func plain(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte(unreserved, c) >= 0
}

// encode is the reverse of decode.
func encode(value string) string {
	var b strings.Builder
	for i := range len(value) {
		if c := value[i]; plain(c) || c == '/' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// redacted stands for a credential. The characters are not allowed in a URI, so
// that a URI copied from a message is refused, rather than the token be tried
// with a wrong credential.
const redacted = "<redacted>"

// String returns the URI with a pin-value replaced by a mark that does not
// parse. A URI without a pin-value parses back to itself.
func (u URI) String() string {
	var path, query []string
	add := func(list *[]string, name, value string) {
		if value != "" {
			*list = append(*list, name+"="+encode(value))
		}
	}
	add(&path, "token", u.Token)
	add(&path, "manufacturer", u.Manufacturer)
	add(&path, "model", u.Model)
	add(&path, "serial", u.Serial)
	if u.SlotID != nil {
		add(&path, "slot-id", strconv.FormatUint(uint64(*u.SlotID), 10))
	}
	add(&query, "module-path", u.ModulePath)
	add(&query, "module-name", u.ModuleName)
	add(&query, "pin-source", u.CredentialSource)
	if !secret.IsZero(u.credential) {
		query = append(query, "pin-value="+redacted)
	}
	s := scheme + strings.Join(path, ";")
	if len(query) > 0 {
		s += "?" + strings.Join(query, "&")
	}
	return s
}

// GoString returns what String does.
func (u URI) GoString() string { return u.String() }

// LogValue returns what String does.
func (u URI) LogValue() slog.Value { return slog.StringValue(u.String()) }

// MarshalText returns what String does, so a pin-value does not survive it.
func (u URI) MarshalText() ([]byte, error) { return []byte(u.String()), nil }
