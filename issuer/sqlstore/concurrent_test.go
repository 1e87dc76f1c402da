package sqlstore_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/audit"
	"github.com/pinion-hsm/pinion/issuer/sqlstore"
)

// handles opens the same database several times, as several processes do.
func handles(t *testing.T, dsn string, n int) []*sqlstore.Store {
	t.Helper()
	out := make([]*sqlstore.Store, n)
	var g errgroup.Group
	for i := range out {
		g.Go(func() (err error) {
			out[i], err = sqlstore.Open(t.Context(), dsn)
			return err
		})
	}
	require.NoError(t, g.Wait())
	t.Cleanup(func() {
		for _, s := range out {
			require.NoError(t, s.Close())
		}
	})
	return out
}

func TestOneCard(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		const each = 334
		stores := handles(t, dsn, 3)
		add(t, stores[0], card(1))
		g, ctx := errgroup.WithContext(t.Context())
		for _, s := range stores {
			work := make(chan struct{}, each)
			for range each {
				work <- struct{}{}
			}
			close(work)
			for range 8 {
				g.Go(func() error {
					for range work {
						if err := count(ctx, s, card(1).Token); err != nil {
							return err
						}
					}
					return nil
				})
			}
		}
		require.NoError(t, g.Wait())
		require.Equal(t, 3*each, counter(t, stores[1], card(1).Token))
		require.Equal(t, 3*each+1, verifyLog(t, stores[2]))
	})
}

// TestManyCards crosses groups of cards that are claimed in different orders.
func TestManyCards(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		stores := handles(t, dsn, 2)
		cards := []issuer.Card{card(1), card(2), card(3), card(4), card(5)}
		add(t, stores[0], cards...)
		g, ctx := errgroup.WithContext(t.Context())
		for w := range 6 {
			g.Go(func() error {
				for i := range 20 {
					var c issuer.Claim
					for k := range 3 {
						c.Cards = append(c.Cards, cards[(w*7+i+k*(w+1))%len(cards)].Token)
					}
					err := stores[w%2].Transact(ctx, c, func(_ context.Context, h *issuer.Held) (ch issuer.Changes, _ error) {
						for token, c := range h.Cards {
							c.TriesUsed++
							ch.Updated = append(ch.Updated, c)
							ch.Audit = append(ch.Audit, event(token, "moved"))
						}
						return ch, nil
					})
					if err != nil {
						return err
					}
				}
				return nil
			})
		}
		require.NoError(t, g.Wait())
		total := 0
		for _, c := range cards {
			total += counter(t, stores[0], c.Token)
		}
		require.Equal(t, verifyLog(t, stores[0])-len(cards), total)
	})
}

func TestOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		stores := handles(t, dsn, 2)
		add(t, stores[0], card(1))
		ticket := issuer.Ticket{Hash: hash("t"), Token: card(1).Token, Expires: noon}
		require.NoError(t, stores[0].Transact(t.Context(), issuer.Claim{}, always(issuer.Changes{Tickets: []issuer.Ticket{ticket}})))
		id := issuer.AnswerID{Scope: "client", Key: "key"}
		var executed, replayed, used atomic.Int64
		g, ctx := errgroup.WithContext(t.Context())
		for i := range 40 {
			g.Go(func() error {
				return stores[i%2].Transact(ctx, issuer.Claim{Answers: []issuer.AnswerID{id}}, func(_ context.Context, h *issuer.Held) (issuer.Changes, error) {
					if _, ok := h.Answers[id]; ok {
						replayed.Add(1)
						return issuer.Changes{}, nil
					}
					executed.Add(1)
					return issuer.Changes{Answers: map[issuer.AnswerID]issuer.Answer{id: {Outcome: []byte("{}"), Given: noon}}}, nil
				})
			})
			g.Go(func() error {
				return stores[i%2].Transact(ctx, issuer.Claim{Tickets: [][]byte{ticket.Hash}}, func(_ context.Context, h *issuer.Held) (issuer.Changes, error) {
					if _, ok := h.Tickets[string(ticket.Hash)]; !ok {
						return issuer.Changes{}, nil
					}
					used.Add(1)
					return issuer.Changes{Used: [][]byte{ticket.Hash}, Audit: []audit.Event{event("1", "revealed")}}, nil
				})
			})
		}
		require.NoError(t, g.Wait())
		require.EqualValues(t, 1, executed.Load())
		require.EqualValues(t, 39, replayed.Load())
		require.EqualValues(t, 1, used.Load())
	})
}

// TestTaken registers the same card, and the same token, from two handles at
// once: the one that comes second is shown what is there.
func TestTaken(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		stores := handles(t, dsn, 2)
		var refused atomic.Int64
		g, ctx := errgroup.WithContext(t.Context())
		for i := range 20 {
			for n, s := range stores {
				g.Go(func() error {
					c := card(100 + 2*i + n)
					c.PANHash = hash(fmt.Sprint("the same of both", i))
					if i >= 10 {
						c = card(100 + 2*i)
						c.PANHash = hash(fmt.Sprint("another of each", i, n))
					}
					return s.Transact(ctx, issuer.Claim{Cards: []string{c.Token}, PANs: [][]byte{c.PANHash}}, func(_ context.Context, h *issuer.Held) (issuer.Changes, error) {
						if len(h.PANs)+len(h.Cards) > 0 {
							refused.Add(1)
							return issuer.Changes{}, nil
						}
						return issuer.Changes{New: []issuer.Card{c}, Audit: []audit.Event{event(c.Token, "registered")}}, nil
					})
				})
			}
		}
		require.NoError(t, g.Wait())
		require.Equal(t, 20, verifyLog(t, stores[0]))
		require.EqualValues(t, 20, refused.Load())
	})
}
