package sqlstore

import (
	"encoding/hex"

	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/audit"
)

// column returns one value of each row.
func column[R, V any](rows []R, value func(*R) V) []V {
	out := make([]V, len(rows))
	for i := range rows {
		out[i] = value(&rows[i])
	}
	return out
}

// cardArrays returns the cards as the arguments of pgCardArrays.
func cardArrays(cards []issuer.Card) []any {
	return []any{
		column(cards, func(c *issuer.Card) string { return c.Token }),
		column(cards, func(c *issuer.Card) string { return c.Product }),
		column(cards, func(c *issuer.Card) []byte { return c.PAN }),
		column(cards, func(c *issuer.Card) []byte { return c.PANHash }),
		column(cards, func(c *issuer.Card) []byte { return c.Reference }),
		column(cards, func(c *issuer.Card) []byte { return c.Block }),
		column(cards, func(c *issuer.Card) int64 { return int64(c.TriesUsed) }),
		column(cards, func(c *issuer.Card) int64 { return micros(c.Created) }),
		column(cards, func(c *issuer.Card) int64 { return micros(c.Changed) }),
	}
}

// entryArrays returns the entries as the arguments of pgInsertAudit.
func entryArrays(entries []audit.Entry) []any {
	text := func(value func(*audit.Entry) string) []string { return column(entries, value) }
	digest := func(value func(*audit.Entry) string) [][]byte {
		return column(entries, func(e *audit.Entry) []byte { b, _ := hex.DecodeString(value(e)); return b })
	}
	return []any{
		column(entries, func(e *audit.Entry) int64 { return e.Seq }),
		column(entries, func(e *audit.Entry) int64 { return micros(e.Time) }),
		text(func(e *audit.Entry) string { return e.Actor }),
		text(func(e *audit.Entry) string { return e.Action }),
		text(func(e *audit.Entry) string { return e.Card }),
		text(func(e *audit.Entry) string { return e.Outcome }),
		text(func(e *audit.Entry) string { return e.UpdatedBy }),
		text(func(e *audit.Entry) string { return e.Description }),
		text(func(e *audit.Entry) string { return e.Trace }),
		digest(func(e *audit.Entry) string { return e.Previous }),
		digest(func(e *audit.Entry) string { return e.Hash }),
	}
}
