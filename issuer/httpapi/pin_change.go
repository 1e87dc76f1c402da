package httpapi

import (
	"net/http"
	"slices"

	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/access"
)

func init() {
	register(operation{
		ID: "changePIN", Method: http.MethodPost, Path: "/cards/{publicToken}/pin/change", Tag: "PINs",
		Summary: "Set the PIN for who knows the current one",
		Description: "Both PINs come enciphered, as they do to set one. A wrong current PIN uses up a try, a right one gives all tries back, " +
			"also where the new one is refused, of which nobody is told who has the current one wrong.",
		Scopes: []access.Scope{access.SetPIN, access.VerifyPIN}, Once: true, AlsoTakes: []string{mediaJOSE},
		Status:   http.StatusNoContent,
		Problems: slices.Concat([]*kind{wrongPIN, pinBlocked, weakPIN, pinLength, unreadable, badBlock, badKey, badPeer, hsmDown}, ofJOSE),
	}, changePIN)
}

// changePINRequest is the body of changePIN.
type changePINRequest struct {
	Current sealedPIN `json:"current" required:"true" description:"The current PIN."`
	New     sealedPIN `json:"new" required:"true" description:"The PIN to be set."`
	explained
	_ struct{} `title:"ChangePIN" additionalProperties:"false"`
}

func changePIN(c *call, in *changePINRequest) (any, error) {
	if c.media == mediaJOSE {
		return nil, c.changeMessage()
	}
	current, release, err := in.Current.block(c)
	if err != nil {
		return nil, err
	}
	defer release(c.ctx())
	chosen, release, err := in.New.block(c)
	if err != nil {
		return nil, err
	}
	defer release(c.ctx())
	o, err := c.Service.ChangePIN(c.ctx(), c.token, issuer.PINChange{Current: current, New: chosen}, c.request(in.clean()))
	return nil, c.outcome(o, err)
}

// changeMessage changes the PIN by a JWE.
func (c *call) changeMessage() error {
	m, err := c.message()
	if err != nil {
		return err
	}
	if m.CurrentPIN.IsZero() {
		return badMessage.problem()
	}
	t, err := c.cleartext(c.token)
	if err != nil {
		return err
	}
	defer t.release(c.ctx())
	current, err := t.sealPIN(c.ctx(), m.CurrentPIN)
	if err != nil {
		return err
	}
	chosen, err := t.sealPIN(c.ctx(), m.NewPIN)
	if err != nil {
		return err
	}
	o, err := c.Service.ChangePIN(c.ctx(), c.token, issuer.PINChange{Current: current, New: chosen}, c.request("", ""))
	return c.outcome(o, err)
}
