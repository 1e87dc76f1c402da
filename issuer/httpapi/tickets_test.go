package httpapi

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/issuer/access"
)

func TestTickets(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := newApp(r)
	token, other, strict := r.card(pan, "default", "1234"), r.card("", "default", ""), r.card("", "strict", "")
	issue := func(body string) string {
		t.Helper()
		a := r.send("POST", "/cards/"+token+"/pin/tickets", body)
		require.Equal(t, http.StatusCreated, a.status, "%s", a.body)
		return "Authorization: Ticket " + a.json(t, "ticket").(string)
	}
	reveal := func(token, credential string) answer {
		t.Helper()
		return r.send("POST", "/cards/"+token+"/pin/reveal", `{"to":{"ecdh":`+p.ecdh()+`}}`, credential)
	}
	a := r.send("POST", "/cards/"+token+"/pin/tickets", `{"lifetime":60,"updatedBy":"John Smith"}`)
	expires, err := time.Parse(time.RFC3339Nano, a.json(t, "expiresAt").(string))
	require.NoError(t, err)
	require.WithinDuration(t, time.Now().Add(time.Minute), expires, 10*time.Second)
	for _, bad := range []string{`{"lifetime":0}`, `{"lifetime":3601}`, `{"lifetime":"60"}`, `{"lifetime":1.5}`} {
		require.Equal(t, "invalid-request", r.send("POST", "/cards/"+token+"/pin/tickets", bad).kind(), bad)
	}
	require.Equal(t, "not-revealed", r.send("POST", "/cards/"+strict+"/pin/tickets", "").kind())

	ticket := issue("")
	require.Equal(t, "ticket-refused", reveal(other, ticket).kind())
	require.Equal(t, "public-key-refused", r.send("POST", "/cards/"+token+"/pin/reveal", `{"to":{"jwk":`+p.jwk(`,"use":"sig"`)+`}}`, ticket).kind())
	require.Equal(t, "1234", p.open(reveal(token, ticket)), "what went wrong before did not use it up")
	require.Equal(t, "ticket-refused", reveal(token, ticket).kind())
	for _, bad := range []string{"Authorization: Ticket", "Authorization: Ticket x", "Authorization: Ticket " + strings.Repeat("A", 26), "Authorization: ticket " + strings.Repeat("1", 26)} {
		require.Equal(t, "ticket-refused", reveal(token, bad).kind(), bad)
	}
	require.Equal(t, "credential-refused", reveal(token, strings.Replace(issue(""), "Ticket", "Bearer", 1)).kind())
	require.Equal(t, "scope-missing", reveal(token, "Authorization: Bearer "+nothing).kind())
	require.Equal(t, "credential-required", r.send("GET", "/cards/"+token+"/pin", "", issue("")).kind(), "it is for reveal alone")
	require.NotContains(t, r.log.text(), strings.TrimPrefix(ticket, "Authorization: Ticket "))
	require.Empty(t, r.sessionKeys())
}

// One ticket at many doors at once opens one.
func TestTicketAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token := r.card(pan, "default", "1234")
	a := r.send("POST", "/cards/"+token+"/pin/tickets", "")
	ticket := "Authorization: Ticket " + a.json(t, "ticket").(string)
	got := make([]answer, 20)
	var wait sync.WaitGroup
	for i := range got {
		wait.Go(func() {
			got[i] = r.send("POST", "/cards/"+token+"/pin/reveal", `{"to":{"key":"zpk","format":"iso-0"}}`, ticket)
		})
	}
	wait.Wait()
	shown := 0
	for _, a := range got {
		if a.status == http.StatusOK {
			shown++
		} else {
			require.Equal(t, "ticket-refused", a.kind())
		}
	}
	require.Equal(t, 1, shown)
}

// Whoever tries tickets runs out of tries, as with tokens.
func TestTicketGuessing(t *testing.T) {
	t.Parallel()
	limits, err := access.NewLimiter(access.Limits{PerAddress: access.Rate{PerSecond: 0.01, Burst: 3}})
	require.NoError(t, err)
	r := newRig(t, func(o *Options) { o.Limits = limits })
	token := r.card(pan, "default", "1234")
	good := r.send("POST", "/cards/"+token+"/pin/tickets", "").json(t, "ticket").(string)
	reveal := func(ticket string) answer {
		return r.send("POST", "/cards/"+token+"/pin/reveal", `{"to":{"key":"zpk","format":"iso-0"}}`, "Authorization: Ticket "+ticket)
	}
	for i := range 3 {
		require.Equal(t, "ticket-refused", reveal(strings.Repeat(string(rune('A'+i)), 26)).kind())
	}
	for _, ticket := range []string{strings.Repeat("D", 26), "x", good} {
		a := reveal(ticket)
		require.Equal(t, "too-many-requests", a.kind())
		require.NotEmpty(t, a.header.Get("Retry-After"))
	}
}
