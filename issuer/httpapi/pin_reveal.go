package httpapi

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/swaggest/jsonschema-go"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/access"
	"github.com/pinion-hsm/pinion/issuer/session"
)

func init() {
	register(operation{
		ID: "revealPIN", Method: http.MethodPost, Path: "/cards/{publicToken}/pin/reveal", Tag: "PINs",
		Summary: "Retrieve the PIN enciphered",
		Description: "As a PIN block under a key of the HSM or one that is agreed by ECDH, or as a JWE for a public key. " +
			"A ticket is as good as the scope, for its card and once.",
		Scopes: []access.Scope{access.RevealPIN}, Admit: ticketOr(access.RevealPIN),
		Status: http.StatusOK, Response: revealPINResponse{},
		Problems: []*kind{notRevealed, badTicket, badBlock, badKey, badPeer, badKeyID, hsmDown},
	}, revealPIN)
}

// revealPINRequest is the body of revealPIN.
type revealPINRequest struct {
	To target `json:"to" required:"true" description:"How the PIN is to be enciphered."`
	explained
	_ struct{} `title:"RevealPIN" additionalProperties:"false"`
}

// target is a key to have a PIN under.
type target struct {
	pinKey
	ECDH *agreement `json:"ecdh,omitempty" description:"An ISO-4 block under the key that this agrees on."`
	JWK  *jwk       `json:"jwk,omitempty" description:"A JWE for this key. Its payload has publicToken, iat and pin."`
	_    struct{}   `title:"Target" additionalProperties:"false"`
}

// PrepareJSONSchema says that one of the three is needed, and only one.
func (*target) PrepareJSONSchema(s *jsonschema.Schema) error {
	s.Required = nil
	s.WithOneOf(
		requiredWithout([]string{"format", "key"}, "ecdh", "jwk"),
		requiredWithout([]string{"ecdh"}, "format", "key", "ksn", "algorithm", "jwk"),
		requiredWithout([]string{"jwk"}, "format", "key", "ksn", "algorithm", "ecdh"))
	return nil
}

// revealPINResponse is the answer of revealPIN.
type revealPINResponse struct {
	PINBlock string   `json:"pinBlock,omitempty" pattern:"^([0-9A-F]{16}|[0-9A-F]{32})$" description:"The enciphered PIN block, hex." example:"C1A3D47F0B269E58"`
	Format   string   `json:"format,omitempty" description:"The block's format." example:"iso-4"`
	JWE      string   `json:"jwe,omitempty" pattern:"^[0-9A-Za-z_-]+([.][0-9A-Za-z_-]*){4}$" description:"The PIN as a compact JWE by ECDH-ES+A256KW and A256GCM."`
	_        struct{} `title:"RevealedPIN" additionalProperties:"false"`
}

// PrepareJSONSchema says that there is a block or a JWE.
func (*revealPINResponse) PrepareJSONSchema(s *jsonschema.Schema) error {
	s.WithOneOf(
		requiredWithout([]string{"pinBlock", "format"}, "jwe"),
		requiredWithout([]string{"jwe"}, "pinBlock", "format"))
	return nil
}

func revealPIN(c *call, in *revealPINRequest) (any, error) {
	switch {
	case in.To.JWK != nil:
		return c.revealTo(in.To.JWK, in.explained)
	case in.To.ECDH != nil:
		agreed, err := in.To.ECDH.agree(c)
		if err != nil {
			return nil, err
		}
		defer agreed.Release(c.ctx())
		return c.revealUnder(agreed.Key(), in.explained)
	}
	key, err := in.To.pinKey.parse()
	if err != nil {
		return nil, err
	}
	return c.revealUnder(key, in.explained)
}

// reveal returns the PIN's block by the right of a ticket or of the client.
func (c *call) reveal(to hsm.PINKey, why explained) ([]byte, error) {
	q := c.request(why.clean())
	var block []byte
	var o issuer.Outcome
	var err error
	if ticket := ticketOf(c.ctx()); ticket != "" {
		block, o, err = c.Service.RevealByTicket(c.ctx(), c.token, ticket, to, q)
		c.ticketRefused(err)
	} else {
		block, o, err = c.Service.Reveal(c.ctx(), c.token, to, q)
	}
	return block, c.outcome(o, err)
}

func (c *call) revealUnder(to hsm.PINKey, why explained) (any, error) {
	block, err := c.reveal(to, why)
	if err != nil {
		return nil, err
	}
	return revealPINResponse{PINBlock: fmt.Sprintf("%X", block), Format: strings.ToLower(to.Format.String())}, nil
}

// revealTo returns the PIN as a JWE. What may be wrong with the key is found out
// before the PIN is asked for, and a ticket used up.
func (c *call) revealTo(k *jwk, why explained) (any, error) {
	recipient, err := session.ParseRecipient(k.sent)
	if err != nil {
		return nil, err
	}
	t, err := c.cleartext(c.token)
	if err != nil {
		return nil, err
	}
	defer t.release(c.ctx())
	block, err := c.reveal(t.key(), why)
	if err != nil {
		return nil, err
	}
	pin, err := t.openPIN(c.ctx(), block)
	if err != nil {
		return nil, err
	}
	text, err := c.Sessions.SealPIN(recipient, c.token, pin)
	if err != nil {
		return nil, err
	}
	return revealPINResponse{JWE: string(text)}, nil
}
