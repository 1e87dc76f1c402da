package queue_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/reencrypt/queue"
)

// TestRefused says in words why a database is of no use, and does not wait for one that
// will say the same again.
func TestRefused(t *testing.T) {
	t.Parallel()
	pg, err := cluster()
	require.NoError(t, err)
	good, err := url.Parse(pg.TCP("postgres"))
	require.NoError(t, err)
	with := func(change func(u *url.URL)) string {
		u := *good
		change(&u)
		return u.String()
	}
	for name, c := range map[string]struct {
		url  string
		err  error
		text string
	}{
		"password": {with(func(u *url.URL) { u.User = url.UserPassword(u.User.Username(), "swordfish") }), queue.ErrDenied,
			"the database refuses this user: the password was refused (SQLSTATE 28P01)"},
		"database": {with(func(u *url.URL) { u.Path = "/nosuch" }), queue.ErrNotThere, "the database is not on this server (SQLSTATE 3D000)"},
		"tls": {with(func(u *url.URL) { u.RawQuery = "sslmode=require" }), queue.ErrTLS,
			"the database: the connection is not protected: the server has no TLS"},
	} {
		h := (&device{}).open(t)
		_, err := queue.Work(t.Context(), queue.WorkOptions{URL: c.url, HSM: h, Wait: time.Hour})
		require.ErrorIs(t, err, c.err, name)
		require.ErrorIs(t, err, queue.ErrDatabase, name)
		require.Equal(t, c.text, strings.TrimPrefix(err.Error(), "reencrypt/queue: "))
		_, err = queue.List(t.Context(), c.url, time.Hour)
		require.ErrorIs(t, err, c.err, name)
	}
}
