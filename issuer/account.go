package issuer

import (
	"context"
	"crypto/rand"
	"math/big"
	"strconv"
	"strings"

	"github.com/pinion-hsm/pinion/internal/luhn"
	"github.com/pinion-hsm/pinion/pinblock"
)

// newToken returns a random public token: 9 digits, the first not 0.
func newToken() string {
	n, err := rand.Int(rand.Reader, big.NewInt(900_000_000))
	if err != nil {
		panic("unreachable: crypto/rand does not fail")
	}
	return strconv.FormatInt(n.Int64()+100_000_000, 10)
}

// account returns the account number that PIN blocks of the card are bound to.
func (s *Service) account(c *Card) (pinblock.PAN, error) {
	if c.PAN == nil {
		return Account(c.Token)
	}
	return s.o.Vault.open(c.PAN, c.Token)
}

// Account returns the account number that stands for the PAN of a card without
// one, in PIN blocks and in reference values: its public token in the digits that
// every format takes, with a check digit, 16 digits in all ("0000001234567897"
// for token 123456789). That a token takes the PAN's place is customary:
// payShield's setting "Enable Tokens in PIN Translation". The error is
// [pinblock.ErrPAN], for a token of more than 15 digits or of other characters.
func Account(token string) (pinblock.PAN, error) {
	if len(token) > 15 {
		return pinblock.PAN{}, pinblock.ErrPAN
	}
	digits := strings.Repeat("0", 15-len(token)) + token
	return pinblock.ParsePAN(digits + string(luhn.Digit(digits)))
}

// Token returns the token of the card with this PAN. Errors are [ErrNoCard] and
// [ErrStore].
func (s *Service) Token(ctx context.Context, pan pinblock.PAN) (string, error) {
	return s.store.TokenOf(ctx, s.o.Vault.hash(pan))
}

// CardInfo is what may be told of a card.
type CardInfo struct {
	Status
	Product  string
	PAN      pinblock.PAN // zero for a card without one; prints masked
	Account  pinblock.PAN // what PIN blocks are bound to: the PAN, or see [Account]
	Revealed bool         // whether the PIN can be revealed
}

// Card returns what may be told of a card. Errors are [ErrNoCard], [ErrStore],
// [ErrService] for a product that is not configured any more, and [ErrDataKey].
func (s *Service) Card(ctx context.Context, token string) (CardInfo, error) {
	c, err := s.store.Card(ctx, token)
	if err != nil {
		return CardInfo{}, err
	}
	p, err := s.of(&c)
	if err != nil {
		return CardInfo{}, err
	}
	pan, err := s.account(&c)
	if err != nil {
		return CardInfo{}, err
	}
	info := CardInfo{Status: c.status(p), Product: c.Product, Account: pan, Revealed: p.Reveal && c.Block != nil}
	if c.PAN != nil {
		info.PAN = pan
	}
	return info, nil
}

// Status returns the state of the card's PIN. Errors are those of [Service.Card].
func (s *Service) Status(ctx context.Context, token string) (Status, error) {
	c, err := s.store.Card(ctx, token)
	if err != nil {
		return Status{}, err
	}
	p, err := s.of(&c)
	if err != nil {
		return Status{}, err
	}
	return c.status(p), nil
}
