package access

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// answered is what a guard did with a request.
type answered struct {
	status    int
	code      string
	err       error
	challenge string
	retry     string
}

// try sends a request through the guard to a handler that answers 204.
func try(t *testing.T, g *Guard, r *http.Request, scopes ...Scope) answered {
	t.Helper()
	var a answered
	own := *g
	own.OnError = func(w http.ResponseWriter, _ *http.Request, status int, code string, err error) {
		a.code, a.err = code, err
		w.WriteHeader(status)
	}
	w := httptest.NewRecorder()
	own.Require(scopes...)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		require.NotNil(t, From(r.Context()))
		require.Empty(t, r.Header.Values("Authorization"))
		w.WriteHeader(http.StatusNoContent)
	})).ServeHTTP(w, r)
	a.status, a.challenge, a.retry = w.Code, w.Header().Get("WWW-Authenticate"), w.Header().Get("Retry-After")
	return a
}

func TestGuardAnswers(t *testing.T) {
	t.Parallel()
	client := is{&Principal{Name: "switch", Scopes: []Scope{VerifyPIN, SetPIN}}}
	for name, c := range map[string]struct {
		auth   Authenticator
		scopes []Scope
		want   answered
	}{
		"no authenticator": {nil, nil, answered{401, CodeNoCredential, ErrNoCredential, `Bearer realm="pinion"`, ""}},
		"no credential":    {fails{ErrNoCredential}, nil, answered{401, CodeNoCredential, ErrNoCredential, `Bearer realm="pinion"`, ""}},
		"nobody":           {fails{}, nil, answered{401, CodeNoCredential, ErrNoCredential, `Bearer realm="pinion"`, ""}},
		"expired": {fails{expired}, nil, answered{401, CodeToken, expired,
			`Bearer realm="pinion", error="invalid_token", error_description="the token has expired"`, ""}},
		"another's error": {fails{errors.New(`canary"`)}, nil, answered{401, CodeToken, ErrCredential, `Bearer realm="pinion", error="invalid_token"`, ""}},
		"no answer":       {fails{ErrUnavailable}, nil, answered{503, CodeUnavailable, ErrUnavailable, "", "5"}},
		"known":           {client, nil, answered{status: 204}},
		"both scopes":     {client, []Scope{SetPIN, VerifyPIN}, answered{status: 204}},
		"one of two": {client, []Scope{SetPIN, RevealPIN}, answered{403, CodeScope, ErrScope,
			`Bearer realm="pinion", error="insufficient_scope", scope="pin.set pin.reveal"`, ""}},
	} {
		require.Equal(t, c.want, try(t, &Guard{Authenticator: c.auth}, withBearer("abc"), c.scopes...), name)
	}
}

func TestAdminHasNoOtherScope(t *testing.T) {
	t.Parallel()
	for _, has := range AllScopes() {
		for _, needs := range AllScopes() {
			g := &Guard{Authenticator: is{&Principal{Name: "a", Scopes: []Scope{has}}}}
			require.Equal(t, has == needs, try(t, g, withBearer("abc"), needs).status == 204, "%s for %s", has, needs)
		}
	}
	require.False(t, (*Principal)(nil).Has(Admin))
	require.Empty(t, (*Principal)(nil).ID())
}

func TestGuardWithoutOnError(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	new(Guard).Require()(http.NotFoundHandler()).ServeHTTP(w, withBearer("abc"))
	require.Equal(t, http.StatusUnauthorized, w.Code)
	require.Equal(t, "Unauthorized\n", w.Body.String())
}

func TestGuardLeavesTheRequestAlone(t *testing.T) {
	t.Parallel()
	r := withBearer("abc")
	g := &Guard{Authenticator: is{&Principal{Name: "a"}}}
	require.Equal(t, 204, try(t, g, r).status)
	require.Equal(t, "Bearer abc", r.Header.Get("Authorization"))
	require.Nil(t, From(r.Context()))
}

func TestAllowWithoutGuard(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	require.False(t, new(Guard).Allow(w, withBearer("abc"), SetPIN))
	require.Equal(t, http.StatusUnauthorized, w.Code)
	r := withBearer("abc")
	r = r.WithContext(With(r.Context(), &Principal{Scopes: []Scope{SetPIN}}))
	require.True(t, new(Guard).Allow(w, r, SetPIN))
	require.True(t, new(Guard).AllowCard(w, r, "123456789"))
}

func TestGuardRates(t *testing.T) {
	t.Parallel()
	l, err := NewLimiter(Limits{PerClient: Rate{PerSecond: 0.4, Burst: 2}, PerCard: Rate{PerSecond: 2}})
	require.NoError(t, err)
	c := &clock{}
	start := time.Now()
	l.now = func() time.Time { return start.Add(time.Duration(c.offset.Load())) }
	a := &Guard{Authenticator: is{&Principal{Name: "a", Kind: KindToken}}, Limiter: l}
	b := &Guard{Authenticator: is{&Principal{Name: "a", Kind: KindStatic}}, Limiter: l}
	require.Equal(t, 204, try(t, a, withBearer("x")).status)
	require.Equal(t, 204, try(t, a, withBearer("x")).status)
	require.Equal(t, answered{429, CodeRate, ErrRateLimited, "", "3"}, try(t, a, withBearer("x")))
	require.Equal(t, 204, try(t, b, withBearer("x")).status, "another kind of client with the same name")
	c.advance(2500 * time.Millisecond)
	require.Equal(t, 204, try(t, a, withBearer("x")).status)
	require.Equal(t, 429, try(t, a, withBearer("x")).status)

	// Inside another Require a request is counted once.
	c.advance(2500 * time.Millisecond)
	w := httptest.NewRecorder()
	a.Require()(a.Require()(http.NotFoundHandler())).ServeHTTP(w, withBearer("x"))
	require.Equal(t, 404, w.Code)

	w = httptest.NewRecorder()
	require.True(t, a.AllowCard(w, withBearer("x"), "123456789"))
	require.True(t, a.AllowCard(w, withBearer("x"), "123456789"))
	require.False(t, a.AllowCard(w, withBearer("x"), "123456789"))
	require.True(t, a.AllowCard(httptest.NewRecorder(), withBearer("x"), "987654321"))
	require.Equal(t, 429, w.Code)
	require.Equal(t, "1", w.Header().Get("Retry-After"))
}

func TestGuardRefusalsPerAddress(t *testing.T) {
	t.Parallel()
	l, err := NewLimiter(Limits{PerAddress: Rate{PerSecond: 1, Burst: 3}})
	require.NoError(t, err)
	c := &clock{}
	start := time.Now()
	l.now = func() time.Time { return start.Add(time.Duration(c.offset.Load())) }
	bad, good := &Guard{Authenticator: fails{notKnown}, Limiter: l}, &Guard{Authenticator: is{&Principal{Name: "a"}}, Limiter: l}
	none, down := &Guard{Authenticator: fails{ErrNoCredential}, Limiter: l}, &Guard{Authenticator: fails{ErrUnavailable}, Limiter: l}
	from := func(address string) *http.Request {
		r := withBearer("x")
		r.RemoteAddr = address
		return r
	}
	for range 10 { // none of these is a refused credential
		require.Equal(t, 204, try(t, good, from("192.0.2.1:1000")).status)
		require.Equal(t, 401, try(t, none, from("192.0.2.1:1000")).status)
		require.Equal(t, 503, try(t, down, from("192.0.2.1:1000")).status)
	}
	for port := range 3 {
		require.Equal(t, 401, try(t, bad, from(fmt.Sprintf("192.0.2.1:%d", port))).status)
	}
	require.Equal(t, answered{429, CodeRate, ErrRateLimited, "", "1"}, try(t, bad, from("192.0.2.1:1")))
	require.Equal(t, 429, try(t, good, from("[::ffff:192.0.2.1]:1")).status, "the address is not listened to")
	require.Equal(t, 204, try(t, good, from("192.0.2.2:1")).status)
	c.advance(time.Second)
	require.Equal(t, 204, try(t, good, from("192.0.2.1:1")).status)
}
