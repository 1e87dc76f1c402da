package access

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"
)

// TestNothingQuotesACredential sends credentials with a canary in every part and
// looks for it in whatever comes back: headers, errors, and principals printed.
func TestNothingQuotesACredential(t *testing.T) {
	t.Parallel()
	canary := rand.Text()
	key, stranger := newKey(t, "a", jose.ES256), newKey(t, canary, jose.ES256)
	is := newIssuer(t, key)
	known, err := NewToken("dev", []byte(canary))
	require.NoError(t, err)
	encoded := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"` + canary + `"}`))

	good := key.sign(t, claimsWith(nil))
	credentials := []string{
		canary, "x" + canary, canary + "." + canary + "." + canary, encoded + ".e30." + canary, `"` + canary, canary + "\x01",
		good, good + canary, stranger.sign(t, claimsWith(nil)),
		key.sign(t, claimsWith(nil), "typ", canary),
		key.sign(t, claimsWith(nil), "cty", canary),
	}
	for _, claim := range []string{"iss", "aud", "sub", "exp", "nbf", "iat", "scope"} {
		credentials = append(credentials, key.sign(t, claimsWith(map[string]any{claim: []any{map[string]any{canary: canary}}})))
		if claim != "sub" { // a subject is a name, and names are for the log
			credentials = append(credentials, key.sign(t, claimsWith(map[string]any{claim: canary})))
		}
	}
	for _, down := range []bool{false, true} {
		is.down.Store(down)
		g := &Guard{Authenticator: Any(is.authenticator(t), NewStatic(known))}
		for i, credential := range credentials {
			out := everything(g, credential)
			require.NotContains(t, out, canary, "credential %d", i)
			for _, part := range strings.Split(credential, ".") {
				if len(part) > 10 {
					require.NotContains(t, out, part, "credential %d", i)
				}
			}
		}
	}
}

// everything returns all that a guard lets out about a request.
func everything(g *Guard, credential string) string {
	var out bytes.Buffer
	own := *g
	own.OnError = func(w http.ResponseWriter, _ *http.Request, status int, code string, err error) {
		fmt.Fprintf(&out, "%d %s %v %+v %#v %q", status, code, err, err, err, err)
		slog.New(slog.NewJSONHandler(&out, nil)).Error("refused", "err", err)
	}
	w := httptest.NewRecorder()
	own.Require()(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(&out, "%v %+v %#v %v", From(r.Context()), *From(r.Context()), From(r.Context()), r.Header)
	})).ServeHTTP(w, withBearer(credential))
	fmt.Fprint(&out, w.Header(), w.Body)
	return out.String()
}
