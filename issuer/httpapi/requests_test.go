package httpapi

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/pinblock"
)

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// json returns a member of the answer.
func (a answer) json(t *testing.T, name string) any {
	t.Helper()
	var m map[string]any
	require.NoError(t, json.Unmarshal(a.body, &m), "%s", a.body)
	return m[name]
}

// kind returns the slug of a problem, "" for another answer.
func (a answer) kind() string {
	var p problem
	if a.header.Get("Content-Type") != mediaProblem || json.Unmarshal(a.body, &p) != nil {
		return ""
	}
	return strings.TrimPrefix(p.Type, "/docs#")
}

// send sends a request as the client with all scopes. What it has from the
// headers "Name: value" replaces that.
func (r *rig) send(method, path, body string, headers ...string) answer {
	r.t.Helper()
	q, err := http.NewRequest(method, r.server.URL+path, strings.NewReader(body))
	require.NoError(r.t, err)
	q.Header.Set("Authorization", "Bearer "+all)
	if method == http.MethodPost || method == http.MethodPut {
		q.Header.Set("Content-Type", "application/json")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		q.Header.Del(name)
		if value != "" {
			q.Header.Set(name, value)
		}
	}
	return r.do(q)
}

func (r *rig) do(q *http.Request) answer {
	r.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(q)
	require.NoError(r.t, err)
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	require.NoError(r.t, err)
	a := answer{res.StatusCode, res.Header, b}
	r.checker.check(r.t, r.api, q, a)
	return a
}

// card registers a card and returns its token. Its PIN is the given one, if any.
func (r *rig) card(pan, product, pin string) string {
	r.t.Helper()
	body := map[string]string{"product": product}
	if pan != "" {
		body["pan"] = pan
	}
	text, err := json.Marshal(body)
	require.NoError(r.t, err)
	a := r.send("POST", "/cards", string(text))
	require.Equal(r.t, http.StatusCreated, a.status, "%s", a.body)
	token := a.json(r.t, "publicToken").(string)
	r.accounts[token] = pan
	if pan == "" {
		r.accounts[token] = a.json(r.t, "account").(string)
	}
	if pin != "" {
		a = r.send("POST", "/cards/"+token+"/pin", `{"pin":"`+pin+`"}`)
		require.Equal(r.t, http.StatusNoContent, a.status, "%s", a.body)
	}
	return token
}

// block returns a PIN block under the zone key, in hex.
func (r *rig) block(pin, pan string) string {
	r.t.Helper()
	p, err := pinblock.ParsePIN(pin)
	require.NoError(r.t, err)
	n, err := pinblock.ParsePAN(pan)
	require.NoError(r.t, err)
	b, err := pinblock.Seal(context.Background(), nil, r.zone, pinblock.ISO0, p, n)
	require.NoError(r.t, err)
	return strings.ToUpper(hexText(b))
}

// verify returns the answer to a PIN under the zone key.
func (r *rig) verify(token, pin, pan string) answer {
	r.t.Helper()
	return r.send("POST", "/cards/"+token+"/pin/verify", `{"pinBlock":"`+r.block(pin, pan)+`","format":"iso-0","key":"zpk"}`)
}
