package httpapi

import (
	"net/http"
	"slices"

	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/access"
)

func init() {
	register(operation{
		ID: "setSealedPIN", Method: http.MethodPut, Path: "/cards/{publicToken}/pin", Tag: "PINs",
		Summary: "Set the PIN to one that comes enciphered",
		Description: "As a PIN block under a key of the HSM or under one that is agreed by ECDH, which is handed to the HSM as it is; " +
			"or as a JWE. The try counter stays as it is.",
		Scopes: []access.Scope{access.SetPIN}, Once: true, AlsoTakes: []string{mediaJOSE},
		Status:   http.StatusNoContent,
		Problems: slices.Concat([]*kind{weakPIN, pinLength, unreadable, badBlock, badKey, badPeer, hsmDown}, ofJOSE),
	}, setSealedPIN)
}

// setSealedPINRequest is the body of setSealedPIN.
type setSealedPINRequest struct {
	sealedPIN
	explained
	_ struct{} `title:"SetSealedPIN" additionalProperties:"false"`
}

func setSealedPIN(c *call, in *setSealedPINRequest) (any, error) {
	if c.media == mediaJOSE {
		return nil, c.setMessage()
	}
	block, release, err := in.block(c)
	if err != nil {
		return nil, err
	}
	defer release(c.ctx())
	o, err := c.Service.SetPIN(c.ctx(), c.token, block, c.request(in.clean()))
	return nil, c.outcome(o, err)
}

// setMessage sets the PIN in a JWE.
func (c *call) setMessage() error {
	m, err := c.message()
	if err != nil {
		return err
	}
	if m.PIN.IsZero() {
		return badMessage.problem()
	}
	t, err := c.cleartext(c.token)
	if err != nil {
		return err
	}
	defer t.release(c.ctx())
	block, err := t.sealPIN(c.ctx(), m.PIN)
	if err != nil {
		return err
	}
	o, err := c.Service.SetPIN(c.ctx(), c.token, block, c.request("", ""))
	return c.outcome(o, err)
}

// outcome returns the error, or the problem of an outcome that is not OK.
func (c *call) outcome(o issuer.Outcome, err error) error {
	if err != nil {
		return err
	}
	return c.refused(o)
}
