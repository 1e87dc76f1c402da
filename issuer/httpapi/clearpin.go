package httpapi

import (
	"context"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/session"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// clearPINs brings clear PINs of one card into blocks for the service, and out of
// its blocks, under a key of the HSM that lives as long as the request.
type clearPINs struct {
	session *session.Session
	account pinblock.PAN
}

// cleartext begins with the card of a token. The caller releases it.
func (c *call) cleartext(token string) (*clearPINs, error) {
	info, err := c.Service.Card(c.ctx(), token)
	if err != nil {
		return nil, err
	}
	s, err := c.Sessions.Fresh(c.ctx())
	if err != nil {
		return nil, err
	}
	return &clearPINs{s, info.Account}, nil
}

func (t *clearPINs) release(ctx context.Context) { t.session.Release(ctx) }

// key is what the service's blocks are to be under.
func (t *clearPINs) key() hsm.PINKey { return t.session.Key() }

// seal returns the PIN of these digits as the service takes it.
func (t *clearPINs) seal(ctx context.Context, digits string) (issuer.PINBlock, error) {
	pin, err := pinblock.ParsePIN(digits)
	if err != nil {
		return issuer.PINBlock{}, pinblock.ErrPINLength
	}
	return t.sealPIN(ctx, pin)
}

// sealPIN returns a PIN as the service takes it.
func (t *clearPINs) sealPIN(ctx context.Context, pin pinblock.PIN) (issuer.PINBlock, error) {
	block, err := t.session.Seal(ctx, pin, t.account)
	if err != nil {
		return issuer.PINBlock{}, err
	}
	return issuer.PINBlock{Block: block, Key: t.key()}, nil
}

// open returns the digits of the PIN in a block of the service.
func (t *clearPINs) open(ctx context.Context, block []byte) (string, error) {
	pin, err := t.openPIN(ctx, block)
	if err != nil {
		return "", err
	}
	return clear.Digits(pin), nil
}

// openPIN returns the PIN in a block of the service.
func (t *clearPINs) openPIN(ctx context.Context, block []byte) (pinblock.PIN, error) {
	pin, err := t.session.Open(ctx, block, t.account)
	if err != nil {
		return pinblock.PIN{}, issuer.ErrService // the HSM made this block under this key
	}
	return pin, nil
}
