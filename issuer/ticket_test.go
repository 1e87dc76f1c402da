package issuer_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/issuer"
)

func TestTicketExpires(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		asked, life time.Duration
	}{{time.Minute, time.Minute}, {0, time.Second}, {24 * time.Hour, issuer.MaxTicketLife}} {
		r := newRig(t)
		token := r.card("visa")
		begin := time.Now()
		r.service.SetClock(func() time.Time { return begin })
		early, expires, err := r.service.IssueTicket(t.Context(), token, c.asked, by)
		require.NoError(t, err)
		require.Equal(t, begin.Add(c.life).UnixMicro(), expires.UnixMicro())
		late, _, err := r.service.IssueTicket(t.Context(), token, c.asked, by)
		require.NoError(t, err)

		r.service.SetClock(func() time.Time { return begin.Add(c.life - time.Millisecond) })
		block, _, err := r.service.RevealByTicket(t.Context(), token, early, zone, by)
		require.NoError(t, err)
		require.NotNil(t, block)
		r.service.SetClock(func() time.Time { return begin.Add(c.life) })
		block, _, err = r.service.RevealByTicket(t.Context(), token, late, zone, by)
		require.ErrorIs(t, err, issuer.ErrTicket)
		require.Nil(t, block)
	}
}

// TestProductThatRevealsLater has a card of before: no block of its PIN was kept.
func TestProductThatRevealsLater(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token := r.card("strict")
	later := profiles()
	later[1].Reveal = true
	s, err := issuer.New(r.hsm, r.store, issuer.Options{Profiles: later, StorageKey: "storage", Vault: r.service.Vault()})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	_, _, err = s.Reveal(t.Context(), token, zone, by)
	require.ErrorIs(t, err, issuer.ErrNotRevealed)
	_, _, err = s.IssueTicket(t.Context(), token, time.Minute, by)
	require.ErrorIs(t, err, issuer.ErrNotRevealed)
	info, err := s.Card(t.Context(), token)
	require.NoError(t, err)
	require.False(t, info.Revealed)

	// The next PIN is kept.
	_, err = s.GeneratePIN(t.Context(), token, by)
	require.NoError(t, err)
	block, _, err := s.Reveal(t.Context(), token, zone, by)
	require.NoError(t, err)
	require.NotNil(t, block)
}
