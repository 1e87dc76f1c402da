package sqlstore_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/issuer"
)

// TestWholeRows changes each member of a card alone, and with the counter, in one
// transaction with cards of which only the counter moves: all of it is written.
func TestWholeRows(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := open(t, dsn)
		edits := []func(*issuer.Card){
			func(*issuer.Card) {},
			func(c *issuer.Card) { c.Product = "credit" },
			func(c *issuer.Card) { c.PAN = []byte("sealed anew") },
			func(c *issuer.Card) { c.PAN = nil },
			func(c *issuer.Card) { c.PANHash = hash("another of " + c.Token) },
			func(c *issuer.Card) { c.PANHash = nil },
			func(c *issuer.Card) { c.Reference = []byte("77") },
			func(c *issuer.Card) { c.Block = []byte("another") },
			func(c *issuer.Card) { c.Block = nil },
			func(c *issuer.Card) { c.Created = c.Created.Add(time.Microsecond) },
			func(c *issuer.Card) { c.Changed = c.Changed.Add(time.Microsecond) },
		}
		var cards []issuer.Card
		var claim issuer.Claim
		for i := range 2 * len(edits) {
			cards = append(cards, card(i+1))
			claim.Cards = append(claim.Cards, cards[i].Token)
		}
		add(t, s, cards...)
		for i := range cards {
			edits[i%len(edits)](&cards[i])
			cards[i].TriesUsed = i / len(edits)
		}
		require.NoError(t, s.Transact(t.Context(), claim, func(context.Context, *issuer.Held) (issuer.Changes, error) {
			return issuer.Changes{Updated: cards}, nil
		}))
		for _, want := range cards {
			got, err := s.Card(t.Context(), want.Token)
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
	})
}
