package access

import (
	"net/http"
	"strings"
)

// maxToken is the length of the longest token that is looked at, in characters.
const maxToken = 16 << 10

// bearer returns the token of the request's Authorization header (RFC 6750
// section 2.1). The other places that RFC has, the body and the query, are not
// looked at: queries end up in logs.
//
// Another scheme is ErrNoCredential; two headers or a token that is not a
// b64token are ErrCredential.
func bearer(r *http.Request) (string, error) {
	values := r.Header.Values("Authorization")
	if len(values) == 0 {
		return "", ErrNoCredential
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	if len(values) > 1 {
		return "", malformed
	}
	if !strings.EqualFold(scheme, "Bearer") {
		return "", ErrNoCredential
	}
	token = strings.Trim(token, " ")
	if len(token) > maxToken || !isB64Token(token) {
		return "", malformed
	}
	return token, nil
}

// isB64Token says whether s is a b64token of RFC 6750: letters, digits and
// -._~+/ at least once, then any number of =.
func isB64Token(s string) bool {
	s = strings.TrimRight(s, "=")
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case strings.IndexByte("-._~+/", c) >= 0:
		default:
			return false
		}
	}
	return s != ""
}
