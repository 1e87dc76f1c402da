package httpapi

import (
	"crypto/rand"
	"math/big"
	"net/http"
	"slices"

	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/pinblock"
)

func init() {
	register(operation{
		ID: "pinControl", Method: http.MethodPost, Path: "/ws/api/v1/WS_PinControl", Tag: "PIN Control",
		Summary: "Everything about a PIN in one call",
		Description: "The scopes needed are those of the function: pin.set for 00, 02 and 03, pin.reveal for 01, 03, 05 and 06, pin.unblock for 04, 07 and 08. " +
			"A request that is as described is answered with status 200, whether it was executed or refused: ActionCode says which. " +
			"Problems have an ActionCode too.",
		Status: http.StatusOK, Response: pinControlAnswer{},
		Problems: []*kind{noScope, hsmDown, storeDown, misconfigured},
		Complete: completeActionCode,
	}, pinControl)
}

// pinControlAnswer is the answer of pinControl.
type pinControlAnswer struct {
	PublicToken string     `json:"PublicToken,omitempty" description:"The card's public token. None if there is no such card, or the request was refused before it was looked for."`
	PINStatus   string     `json:"PINStatus,omitempty" enum:"0,1" description:"Whether the allowed number of tries is exceeded: 0 no, 1 yes. There with PublicToken."`
	ActionCode  actionCode `json:"ActionCode" required:"true"`
	ActionText  string     `json:"ActionText" required:"true" description:"The code in words."`
	CurrentPIN  string     `json:"currentPIN,omitempty" pattern:"^[0-9]{4,12}$" description:"Functions 01 and 03: the PIN; 02: as it was sent. Never in the answer to a repeated request."`
	NewPIN      string     `json:"newPIN,omitempty" pattern:"^[0-9]{4,12}$" description:"Function 02: as it was sent."`
	WSID        string     `json:"wsid" required:"true" pattern:"^[0-9]{1,19}$" description:"The request's number."`
	_           struct{}   `title:"PINControlAnswer" additionalProperties:"false"`
}

// with returns the answer with a code.
func (a *pinControlAnswer) with(code actionCode) *pinControlAnswer {
	a.ActionCode, a.ActionText = code, code.text()
	return a
}

// of adds the state of the card.
func (a *pinControlAnswer) of(token string, blocked bool) *pinControlAnswer {
	a.PublicToken, a.PINStatus = token, "0"
	if blocked {
		a.PINStatus = "1"
	}
	return a
}

func pinControl(c *call, in *pinControlRequest) (any, error) {
	answer := &pinControlAnswer{WSID: string(in.WSID)}
	if answer.WSID == "" {
		answer.WSID = newWSID()
	}
	number := in.Func
	if len(number) == 1 {
		number = "0" + number
	}
	f, known := pinFunctions[number]
	switch {
	case len(c.IssuerCodes) > 0 && !slices.Contains(c.IssuerCodes, in.IssCode):
		return answer.with(codeIssuer), nil
	case !known:
		return answer.with(codeInput), nil
	case !c.guard.Allow(c.w, c.r, f.scopes...):
		return nil, errAnswered
	case f.run == nil, in.AuthType != "" && in.AuthType != "1", f.clear && !c.ClearPIN:
		return answer.with(codeNotSupported), nil
	}
	token, code, err := c.find(in)
	if err != nil || code != codeDone {
		return answer.with(code), err
	}
	if !c.allowCard(token) {
		return nil, errAnswered
	}
	p := &pinControlCall{call: c, in: in, answer: answer, request: c.wsRequest(in, answer.WSID, number, token)}
	if (number == "00" || number == "02") && in.NewPin != in.ConfirmPin {
		return p.refused(codeInput)
	}
	o, err := f.run(p)
	if err != nil {
		if code, ok := codeOfError(err); ok {
			return p.refused(code)
		}
		return nil, err
	}
	answer.with(codeOf(o.Result)).of(o.Token, o.Blocked())
	if o.Replayed {
		answer.ActionText += " when it was asked for first, under the same wsid"
		c.w.Header().Set(headerReplayed, "true")
	}
	return answer, nil
}

// find returns the token of the card that a request names, or the code of why
// there is none.
func (c *call) find(in *pinControlRequest) (string, actionCode, error) {
	if in.PAN == "" {
		return in.PublicToken, codeDone, nil
	}
	pan, err := pinblock.ParsePAN(in.PAN)
	if err != nil {
		return "", codeInput, nil
	}
	token, err := c.Service.Token(c.ctx(), pan)
	if err != nil {
		code, ok := codeOfError(err)
		if ok {
			err = nil
		}
		return "", code, err
	}
	if in.PublicToken != "" && in.PublicToken != token {
		return "", codeInput, nil
	}
	return token, codeDone, nil
}

// wsRequest returns what goes to the service. A request is told from another of
// the same wsid by what it would do.
func (c *call) wsRequest(in *pinControlRequest, id, number, token string) issuer.Request {
	var current, chosen string
	switch number {
	case "00":
		chosen = string(in.NewPin)
	case "02":
		current, chosen = string(in.CurrentPin), string(in.NewPin)
	}
	q := c.request(cleanText(in.ClientCode, current, chosen), "PIN Control function "+number)
	q.Once = &issuer.Once{
		ID: issuer.AnswerID{Scope: "wsid " + c.client.ID(), Key: id},
		Fingerprint: c.Service.Vault().Fingerprint([]byte("PIN Control"), []byte(number), []byte(token),
			[]byte(current), []byte(chosen)),
	}
	return q
}

// refused returns the answer with a code and, if there is one, the state of the
// card.
func (p *pinControlCall) refused(code actionCode) (any, error) {
	s, err := p.Service.Status(p.ctx(), p.token)
	if err != nil {
		code, ok := codeOfError(err)
		if ok {
			return p.answer.with(code), nil
		}
		return nil, err
	}
	return p.answer.with(code).of(s.Token, s.Blocked), nil
}

// newWSID returns 19 random digits, the first not 0.
func newWSID() string {
	from := new(big.Int).Exp(big.NewInt(10), big.NewInt(18), nil)
	n, err := rand.Int(rand.Reader, new(big.Int).Mul(from, big.NewInt(9)))
	if err != nil {
		panic("unreachable: crypto/rand does not fail")
	}
	return n.Add(n, from).String()
}
