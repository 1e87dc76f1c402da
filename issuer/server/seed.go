package server

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/pinblock"
)

// testPANs are account numbers of published test vectors, for cards of the
// development mode.
var testPANs = []string{"5432101234567891", "4111111111111111", "4000001234567899"}

// MaxSeed is how many cards the development mode can seed.
var MaxSeed = len(testPANs)

// SeededCard is a test card that the development mode registered.
type SeededCard struct {
	PublicToken string `json:"publicToken"`
	PAN         string `json:"pan"` // a published test number
}

// seed registers the first n test cards, or finds them again.
func (s *server) seed(ctx context.Context, n int) (cards []SeededCard, err error) {
	for _, text := range testPANs[:min(n, MaxSeed)] {
		pan, err := pinblock.ParsePAN(text)
		if err != nil {
			return nil, err
		}
		token, err := s.service.Token(ctx, pan)
		if errors.Is(err, issuer.ErrNoCard) {
			var o issuer.Outcome
			o, err = s.service.Register(ctx, issuer.Registration{PAN: pan}, issuer.Request{Actor: "dev", Description: "seeded"})
			token = o.Token
		}
		if err != nil {
			return nil, fmt.Errorf("issuer/server: test cards: %w", err)
		}
		cards = append(cards, SeededCard{PublicToken: token, PAN: text})
	}
	return cards, nil
}

// examples returns curl lines that work as they stand. The token is read from its
// file, so that it is in no process list.
func (p *prepared) examples(r *Ready) string {
	if len(r.Cards) == 0 {
		return ""
	}
	secure := ""
	if r.CA != "" {
		secure = " --cacert " + quoteShell(r.CA)
	}
	curl := "curl -s" + secure + " -H @" + quoteShell(p.dir.file(headerFile))
	card := r.URL + "/cards/" + r.Cards[0].PublicToken
	var b strings.Builder
	for _, c := range r.Cards {
		fmt.Fprintf(&b, "  card %s  PAN %s\n", c.PublicToken, c.PAN)
	}
	fmt.Fprintf(&b, "Try:\n")
	fmt.Fprintf(&b, "  %s %s/pin/status\n", curl, card)
	fmt.Fprintf(&b, "  %s -H 'Content-Type: application/json' -d '{\"pin\": 0000}' %s/pin\n", curl, card)
	fmt.Fprintf(&b, "  %s %s/pin\n", curl, card)
	return b.String()
}

// headerFile has the token as the header that curl -H @file sends.
const headerFile = "authorization-header"

// quoteShell quotes a text for a shell, if it needs that.
func quoteShell(text string) string {
	if strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+:@%") == "" {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
