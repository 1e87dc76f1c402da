package sqlstore

import (
	"bytes"

	"github.com/pinion-hsm/pinion/issuer"
)

// changes is what a transaction writes. A verification moves a card's counter and
// nothing else, and is most of what there is to do: it has a statement of its own.
type changes struct {
	issuer.Changes               // of which Updated has the other cards
	Counted        []issuer.Card // cards of which only the counter is another
}

// sorted tells the cards whose counter moved from those that are written whole.
func sorted(ch issuer.Changes, held *issuer.Held) *changes {
	s := &changes{Changes: ch}
	s.Updated = nil
	for _, c := range ch.Updated {
		before := held.Cards[c.Token]
		if before.TriesUsed = c.TriesUsed; sameCard(&before, &c) {
			s.Counted = append(s.Counted, c)
		} else {
			s.Updated = append(s.Updated, c)
		}
	}
	return s
}

func sameCard(a, b *issuer.Card) bool {
	same := func(a, b []byte) bool { return bytes.Equal(a, b) && (a == nil) == (b == nil) }
	return a.Token == b.Token && a.Product == b.Product && same(a.PAN, b.PAN) && same(a.PANHash, b.PANHash) &&
		same(a.Reference, b.Reference) && same(a.Block, b.Block) && a.TriesUsed == b.TriesUsed &&
		micros(a.Created) == micros(b.Created) && micros(a.Changed) == micros(b.Changed)
}
