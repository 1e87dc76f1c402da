package access

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStatic(t *testing.T) {
	t.Parallel()
	one, two := rand.Text(), rand.Text()
	first, err := NewToken("one", []byte(one), SetPIN)
	require.NoError(t, err)
	second, err := NewToken("two", []byte(two), AllScopes()...)
	require.NoError(t, err)
	auth := NewStatic(Token{}, first, second)

	p, err := auth.Authenticate(withBearer(one))
	require.NoError(t, err)
	require.Equal(t, &Principal{Name: "one", Kind: KindStatic, Scopes: []Scope{SetPIN}}, p)
	p, err = auth.Authenticate(withBearer(two))
	require.NoError(t, err)
	require.Equal(t, "static:two", p.ID())
	for _, s := range AllScopes() {
		require.True(t, p.Has(s))
	}
	for _, wrong := range []string{one[:25], one + "A", strings.ToLower(one), rand.Text()} {
		_, err = auth.Authenticate(withBearer(wrong))
		require.Equal(t, notKnown, err)
	}
	_, err = NewStatic().Authenticate(withBearer(one))
	require.Equal(t, notKnown, err)
	require.NotContains(t, fmt.Sprintf("%v %+v %#v %s", auth, first, second, auth.tokens), one)
}

func TestNewTokenRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "short", strings.Repeat("a", minStatic-1), rand.Text() + " x", rand.Text() + "\n", strings.Repeat("=", 30)} {
		_, err := NewToken("dev", []byte(text))
		require.Equal(t, ErrToken, err)
	}
	_, err := NewToken("", []byte(rand.Text()))
	require.Equal(t, ErrToken, err)
	_, err = NewToken("dev", []byte(rand.Text()), "pin.everything")
	require.Equal(t, ErrUnknownScope, err)
}

func TestBearer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		headers []string
		want    string
		err     error
	}{
		{nil, "", ErrNoCredential},
		{[]string{"Basic YTpi"}, "", ErrNoCredential},
		{[]string{"BearerX abc"}, "", ErrNoCredential},
		{[]string{"Bearer abc"}, "abc", nil},
		{[]string{"bEARER   aZ09-._~+/==  "}, "aZ09-._~+/==", nil},
		{[]string{"Bearer"}, "", malformed},
		{[]string{"Bearer "}, "", malformed},
		{[]string{"Bearer a b"}, "", malformed},
		{[]string{"Bearer a,b"}, "", malformed},
		{[]string{"Bearer a=b"}, "", malformed},
		{[]string{"Bearer abc", "Bearer abc"}, "", malformed},
		{[]string{"Bearer " + strings.Repeat("a", maxToken+1)}, "", malformed},
	} {
		r := httptest.NewRequest(http.MethodGet, "/?access_token=abc", nil)
		r.Header["Authorization"] = c.headers
		got, err := bearer(r)
		require.Equal(t, c.err, err, c.headers)
		require.Equal(t, c.want, got, c.headers)
	}
}

func TestAny(t *testing.T) {
	t.Parallel()
	none, bad := fails{ErrNoCredential}, fails{expired}
	down, odd := fails{fmt.Errorf("%w: why", ErrUnavailable)}, fails{nil}
	good, other := is{&Principal{Name: "good"}}, is{&Principal{Name: "other"}}
	for name, c := range map[string]struct {
		auths []Authenticator
		want  any
	}{
		"nobody":           {nil, ErrNoCredential},
		"no credential":    {[]Authenticator{none, none}, ErrNoCredential},
		"first":            {[]Authenticator{none, good, other}, "good"},
		"after a bad one":  {[]Authenticator{bad, good}, "good"},
		"after no answer":  {[]Authenticator{down, good}, "good"},
		"bad":              {[]Authenticator{none, bad, fails{notYet}}, expired},
		"perhaps good":     {[]Authenticator{bad, down}, ErrUnavailable},
		"nobody, no error": {[]Authenticator{odd}, ErrNoCredential},
	} {
		p, err := Any(c.auths...).Authenticate(withBearer("abc"))
		if want, ok := c.want.(error); ok {
			require.ErrorIs(t, err, want, name)
			require.Nil(t, p, name)
			continue
		}
		require.NoError(t, err, name)
		require.Equal(t, c.want, p.Name, name)
	}
}

type fails struct{ err error }

func (f fails) Authenticate(*http.Request) (*Principal, error) { return nil, f.err }

type is struct{ *Principal }

func (i is) Authenticate(*http.Request) (*Principal, error) { return i.Principal, nil }
