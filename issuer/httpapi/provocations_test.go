package httpapi

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"sync/atomic"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/access"
)

// provocation has an operation answer with one kind of problem. It gets a good
// request for the operation, on a card of its own.
type provocation func(r *rig, op *operation, path, body string) answer

// while sends the good request while something is broken.
func while(broken func(*rig) *atomic.Bool) provocation {
	return func(r *rig, op *operation, path, body string) answer {
		broken(r).Store(true)
		defer broken(r).Store(false)
		return r.send(op.Method, path, body)
	}
}

// as sends the good request with headers.
func as(headers ...string) provocation {
	return func(r *rig, op *operation, path, body string) answer {
		return r.send(op.Method, path, body, headers...)
	}
}

// sending sends another body.
func sending(other func(body string) string) provocation {
	return func(r *rig, op *operation, path, body string) answer { return r.send(op.Method, path, other(body)) }
}

// at sends the good request to another interface on the same store.
func at(change func(r *rig, o *Options)) provocation {
	return func(r *rig, op *operation, path, body string) answer {
		o := r.api.Options
		change(r, &o)
		h, err := New(o)
		require.NoError(r.t, err)
		s := httptest.NewServer(h)
		defer s.Close()
		defer func(old *httptest.Server) { r.server = old }(r.server)
		r.server = s
		r.send(op.Method, path, body)
		return r.send(op.Method, path, body)
	}
}

// provocations is how to get each of the problems that need nothing special of the
// operation. The others are for tests of their own.
var provocations = map[*kind]provocation{
	noCredential:  as("Authorization: "),
	badCredential: as("Authorization: Bearer " + badToken),
	noScope:       as("Authorization: Bearer " + nothing),
	authDown:      while(func(r *rig) *atomic.Bool { return &r.authDown }),
	internal:      while(func(r *rig) *atomic.Bool { return &r.authPanics }),
	storeDown:     while(func(r *rig) *atomic.Bool { return &r.storeDown }),
	hsmDown:       while(func(r *rig) *atomic.Bool { return &r.hsmDown }),
	malformed:     sending(func(body string) string { return body + "}" }),
	invalid: func(r *rig, op *operation, path, body string) answer {
		if op.Query != nil {
			return r.send(op.Method, path+"?from=canary", body)
		}
		return r.send(op.Method, path, with(r.t, body, "canary", 1))
	},
	tooLarge:   sending(func(string) string { return `{"description":"` + strings.Repeat("x", 5000) + `"}` }),
	wrongMedia: as("Content-Type: text/plain"),
	noCard: func(r *rig, op *operation, path, body string) answer {
		return r.send(op.Method, strings.Replace(path, pathOf(r, path), "12345", 1), body)
	},
	misconfigured: func(r *rig, op *operation, path, body string) answer {
		if op.ID == "registerCard" || op.ID == "pinControl" {
			return while(func(r *rig) *atomic.Bool { return &r.hsmLost })(r, op, path, body)
		}
		return at(func(r *rig, o *Options) {
			p := profiles()[1:] // the card's product is gone
			o.Service = r.newService(p)
		})(r, op, path, body)
	},
	clearOff: at(func(_ *rig, o *Options) { o.ClearPIN = false }),
	tooMany: at(func(r *rig, o *Options) {
		var err error
		o.Limits, err = access.NewLimiter(access.Limits{PerClient: access.Rate{PerSecond: 0.01, Burst: 1}})
		require.NoError(r.t, err)
	}),
	noMailer: at(func(r *rig, o *Options) {
		var err error
		o.Service, err = issuer.New(r.hsm, r.store, issuer.Options{Profiles: profiles(), StorageKey: "storage", Vault: r.service.Vault()})
		require.NoError(r.t, err)
		r.t.Cleanup(o.Service.Close)
	}),
	reused: func(r *rig, op *operation, path, body string) answer {
		first := r.send(op.Method, path, body, "Idempotency-Key: one")
		require.Equal(r.t, op.Status, first.status, "%s: %s", op.ID, first.body)
		require.Empty(r.t, first.header.Get(headerReplayed))
		again := r.send(op.Method, path, body, "Idempotency-Key: one")
		require.Equal(r.t, first.status, again.status, "%s: %s", op.ID, again.body)
		require.Equal(r.t, first.body, again.body, op.ID)
		require.Equal(r.t, "true", again.header.Get(headerReplayed))
		long := r.send(op.Method, path, body, "Idempotency-Key: "+strings.Repeat("k", 129))
		require.Equal(r.t, "invalid-request", long.kind())
		return r.send(op.Method, path, with(r.t, body, "description", "another"), "Idempotency-Key: one")
	},
	notReady: at(func(_ *rig, o *Options) {
		o.Ready = func(context.Context) error { return errors.New("canary") }
	}),
	notRevealed: func(r *rig, op *operation, _, _ string) answer {
		path, body := r.sample(op, r.card("", "strict", ""))
		return r.send(op.Method, path, body)
	},
	cardExists: func(r *rig, op *operation, path, _ string) answer {
		r.send(op.Method, path, `{"pan":"5500005555555559"}`)
		return r.send(op.Method, path, `{"pan":"5500005555555559"}`)
	},
	noProduct: sending(func(string) string { return `{"product":"canary"}` }),
	badKey:    sending(func(body string) string { return strings.ReplaceAll(body, `"zpk"`, `"pvk"`) }),
	badBlock:  sending(func(body string) string { return strings.ReplaceAll(body, `"iso-0"`, `"iso-4"`) }),
	unreadable: func(r *rig, op *operation, path, body string) answer {
		return r.send(op.Method, path, scramble(body))
	},
}

// pathOf returns the token in a path.
func pathOf(r *rig, path string) string {
	r.t.Helper()
	parts := strings.Split(path, "/")
	require.Greater(r.t, len(parts), 2)
	return parts[2]
}

// scramble changes every PIN block, so that it does not open.
func scramble(body string) string {
	const start = `"pinBlock":"`
	parts := strings.Split(body, start)
	for i := range parts[1:] {
		parts[i+1] = "00112233AABBCCDD" + parts[i+1][16:]
	}
	return strings.Join(parts, start)
}
