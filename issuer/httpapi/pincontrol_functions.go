package httpapi

import (
	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/access"
)

// pinFunction is one of PIN Control's functions. Without run it is not supported.
type pinFunction struct {
	scopes []access.Scope
	clear  bool // a PIN comes or goes in clear
	run    func(p *pinControlCall) (issuer.Outcome, error)
}

// pinFunctions is the functions by their number of two digits.
var pinFunctions = map[string]pinFunction{
	"00": {[]access.Scope{access.SetPIN}, true, (*pinControlCall).set},
	"01": {[]access.Scope{access.RevealPIN}, true, (*pinControlCall).get},
	"02": {[]access.Scope{access.SetPIN}, true, (*pinControlCall).change},
	"03": {[]access.Scope{access.SetPIN, access.RevealPIN}, true, (*pinControlCall).generate},
	"04": {[]access.Scope{access.UnblockPIN}, false, (*pinControlCall).unblock},
	"05": {[]access.Scope{access.RevealPIN}, false, (*pinControlCall).mail},
	"06": {scopes: []access.Scope{access.RevealPIN}},
	"07": {scopes: []access.Scope{access.UnblockPIN}},
	"08": {scopes: []access.Scope{access.UnblockPIN}},
}

// pinControlCall is one request of PIN Control on a card.
type pinControlCall struct {
	*call
	in      *pinControlRequest
	answer  *pinControlAnswer
	request issuer.Request
}

func (p *pinControlCall) set() (issuer.Outcome, error) {
	t, err := p.cleartext(p.token)
	if err != nil {
		return issuer.Outcome{}, err
	}
	defer t.release(p.ctx())
	block, err := t.seal(p.ctx(), string(p.in.NewPin))
	if err != nil {
		return issuer.Outcome{}, err
	}
	return p.Service.SetPIN(p.ctx(), p.token, block, p.request)
}

func (p *pinControlCall) get() (issuer.Outcome, error) {
	t, err := p.cleartext(p.token)
	if err != nil {
		return issuer.Outcome{}, err
	}
	defer t.release(p.ctx())
	block, o, err := p.Service.Reveal(p.ctx(), p.token, t.key(), p.request)
	return p.show(t, block, o, err)
}

func (p *pinControlCall) generate() (issuer.Outcome, error) {
	t, err := p.cleartext(p.token)
	if err != nil {
		return issuer.Outcome{}, err
	}
	defer t.release(p.ctx())
	block, o, err := p.Service.GenerateAndReveal(p.ctx(), p.token, t.key(), p.request)
	return p.show(t, block, o, err)
}

// show puts the PIN of a block into the answer. There is none in the answer to a
// repeated request.
func (p *pinControlCall) show(t *clearPINs, block []byte, o issuer.Outcome, err error) (issuer.Outcome, error) {
	if err != nil || o.Replayed {
		return o, err
	}
	p.answer.CurrentPIN, err = t.open(p.ctx(), block)
	return o, err
}

func (p *pinControlCall) change() (issuer.Outcome, error) {
	t, err := p.cleartext(p.token)
	if err != nil {
		return issuer.Outcome{}, err
	}
	defer t.release(p.ctx())
	current, err := t.seal(p.ctx(), string(p.in.CurrentPin))
	if err != nil {
		return issuer.Outcome{}, err
	}
	chosen, err := t.seal(p.ctx(), string(p.in.NewPin))
	if err != nil {
		return issuer.Outcome{}, err
	}
	o, err := p.Service.ChangePIN(p.ctx(), p.token, issuer.PINChange{Current: current, New: chosen}, p.request)
	if err == nil && o.Result == issuer.OK && !o.Replayed { // as the reference has it
		p.answer.CurrentPIN, p.answer.NewPIN = string(p.in.CurrentPin), string(p.in.NewPin)
	}
	return o, err
}

func (p *pinControlCall) unblock() (issuer.Outcome, error) {
	return p.Service.Unblock(p.ctx(), p.token, p.request)
}

func (p *pinControlCall) mail() (issuer.Outcome, error) {
	return p.Service.MailPIN(p.ctx(), p.token, p.request)
}
