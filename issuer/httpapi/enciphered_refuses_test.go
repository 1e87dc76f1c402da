package httpapi

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/issuer/session"
)

func TestEncipheredRefuses(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := newApp(r)
	token, strict, weak := r.card(pan, "default", "1234"), r.card("", "strict", ""), r.card("", "strict", "7391")
	other := newApp(r) // whose key is not in its requests
	wrongCurve := strings.Replace(p.ecdh(), "P-256", "P-384", 1)
	offCurve := strings.Replace(p.ecdh(), p.jwk(""), fmt.Sprintf(`{"kty":"EC","crv":"P-256","x":%[1]q,"y":%[1]q}`, p.service.Keys[0].X), 1)
	private := strings.Replace(p.ecdh(), p.jwk(""), p.jwk(`,"d":"`+p.service.Keys[0].X+`"`), 1)
	oldKey := strings.Replace(p.ecdh(), p.service.Keys[0].KeyID, p.service.Keys[1].KeyID, 1)
	block := `"pinBlock":"00112233445566778899AABBCCDDEEFF"`
	stranger := strings.Replace(other.block("2345"), other.ecdh(), p.ecdh(), 1)
	for name, c := range map[string]struct{ token, body, media, want string }{
		"P-384":                 {token, `{` + block + `,"ecdh":` + wrongCurve + `}`, "", "invalid-request"},
		"off the curve":         {token, `{` + block + `,"ecdh":` + offCurve + `}`, "", "public-key-refused"},
		"private":               {token, `{` + block + `,"ecdh":` + private + `}`, "", "public-key-refused"},
		"old key":               {token, `{` + block + `,"ecdh":` + oldKey + `}`, "", "key-id-unknown"},
		"another client's":      {token, `{` + stranger + `}`, "", "pin-block-unreadable"},
		"8 bytes":               {token, `{"pinBlock":"0011223344556677","ecdh":` + p.ecdh() + `}`, "", "pin-block-refused"},
		"key and ECDH":          {token, `{` + block + `,"format":"iso-4","key":"zpk","ecdh":` + p.ecdh() + `}`, "", "invalid-request"},
		"KSN and ECDH":          {token, `{` + block + `,"ksn":"FFFF9876543210E00001","ecdh":` + p.ecdh() + `}`, "", "invalid-request"},
		"neither":               {token, `{` + block + `}`, "", "invalid-request"},
		"short shared info":     {token, `{` + block + `,"ecdh":` + strings.Replace(p.ecdh(), fmt.Sprintf("%X", p.info), "00", 1) + `}`, "", "invalid-request"},
		"too long a PIN":        {token, `{` + p.block("23456") + `}`, "", "pin-length"},
		"unknown card":          {"999", `{` + p.block("2345") + `}`, "", "no-card"},
		"unknown card by JWE":   {"999", p.jwe("999", 0, `"pin":"2345"`), asJOSE, "no-card"},
		"no JWE":                {token, "x", asJOSE, "jwe-refused"},
		"empty":                 {token, "", asJOSE, "jwe-refused"},
		"damaged JWE":           {token, p.jwe(token, 0, `"pin":"2345"`) + "A", asJOSE, "jwe-refused"},
		"another card's":        {token, p.jwe(strict, 0, `"pin":"2345"`), asJOSE, "message-for-another-card"},
		"old":                   {token, p.jwe(token, 6*time.Minute, `"pin":"2345"`), asJOSE, "message-stale"},
		"a change":              {token, p.jwe(token, 0, `"currentPin":"1234","newPin":"2345"`), asJOSE, "message-refused"},
		"no message":            {token, p.jwe(token, 0, `"pin":"234"`), asJOSE, "message-refused"},
		"too long a PIN by JWE": {token, p.jwe(token, 0, `"pin":"23456"`), asJOSE, "pin-length"},
		"weak by JWE":           {strict, p.jwe(strict, 0, `"pin":"1234"`), asJOSE, "weak-pin"},
		"another media type":    {token, "x", "Content-Type: application/jwt", "unsupported-media-type"},
	} {
		a := r.send("PUT", "/cards/"+c.token+"/pin", c.body, headersOf(c.media)...)
		require.Equal(t, c.want, a.kind(), "%s: %s", name, a.body)
	}
	current := `{"current":{` + p.block("1234") + `},"new":{`
	for name, c := range map[string]struct{ token, body, media, want string }{
		"a PIN alone":    {token, p.jwe(token, 0, `"pin":"2345"`), asJOSE, "message-refused"},
		"no JWE":         {token, "x", asJOSE, "jwe-refused"},
		"another card's": {token, p.jwe(strict, 0, `"currentPin":"1234","newPin":"2345"`), asJOSE, "message-for-another-card"},
		"old":            {token, p.jwe(token, time.Hour, `"currentPin":"1234","newPin":"2345"`), asJOSE, "message-stale"},
		"too long":       {token, p.jwe(token, 0, `"currentPin":"1234","newPin":"23456"`), asJOSE, "pin-length"},
		"too long ECDH":  {token, current + p.block("23456") + `}}`, "", "pin-length"},
		"weak":           {weak, p.jwe(weak, 0, `"currentPin":"7391","newPin":"1111"`), asJOSE, "weak-pin"},
		"wrong, weak":    {weak, p.jwe(weak, 0, `"currentPin":"7392","newPin":"1111"`), asJOSE, "wrong-pin"},
		"mixed":          {token, current + block + `,"format":"iso-0","key":"zpk"}}`, "", "pin-block-refused"},
		"old key":        {token, current + block + `,"ecdh":` + oldKey + `}}`, "", "key-id-unknown"},
		"off the curve":  {token, current + block + `,"ecdh":` + offCurve + `}}`, "", "public-key-refused"},
		"one of two":     {token, current + `}}`, "", "invalid-request"},
	} {
		a := r.send("POST", "/cards/"+c.token+"/pin/change", c.body, headersOf(c.media)...)
		require.Equal(t, c.want, a.kind(), "%s: %s", name, a.body)
	}
	path := "/cards/" + token + "/pin/reveal"
	for to, want := range map[string]string{
		`{}`: "invalid-request",
		`{"jwk":` + p.jwk("") + `,"key":"zpk","format":"iso-0"}`: "invalid-request",
		`{"jwk":` + p.jwk(`,"use":"sig"`) + `}`:                  "public-key-refused",
		`{"ecdh":` + offCurve + `}`:                              "public-key-refused",
		`{"ecdh":` + oldKey + `}`:                                "key-id-unknown",
		`{"key":"pvk","format":"iso-0"}`:                         "key-refused",
		`{"key":"storage","format":"iso-4"}`:                     "key-refused",
		`{"key":"zpk","format":"iso-4"}`:                         "pin-block-refused",
	} {
		a := r.send("POST", path, `{"to":`+to+`}`)
		require.Equal(t, want, a.kind(), "%s: %s", to, a.body)
	}
	require.Equal(t, "not-revealed", r.send("POST", "/cards/"+strict+"/pin/reveal", `{"to":{"jwk":`+p.jwk("")+`}}`).kind())
	require.Equal(t, "1234", r.pin(token))
	require.JSONEq(t, `{"status":"Unblocked","remainingTries":"3"}`, string(r.send("GET", "/cards/"+token+"/pin/status", "").body))
	require.Empty(t, r.sessionKeys())
	require.NotContains(t, r.log.text(), p.service.Keys[0].X)
}

// bare is an HSM that no key can be put on.
type bare struct{ hsm.Device }

// What the HSM does with session keys is not the client's mistake.
func TestSessionKeysFail(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := newApp(r)
	token := r.card(pan, "default", "1234")
	path := "/cards/" + token + "/pin"
	err := fmt.Errorf("wrapped: %w", &hsm.Error{Key: "session-00", Err: hsm.ErrKeyNotFound})
	require.Equal(t, hsmDown, explain(err).kind)
	require.Equal(t, badKey, explain(&hsm.Error{Key: "zpk", Err: hsm.ErrKeyNotFound}).kind)

	k, err := session.NewKeys()
	require.NoError(t, err)
	none, err := session.New(hsm.New(bare{soft.New()}), k, nil)
	require.NoError(t, err)
	r.api.Sessions = none
	reveal := `{"to":{"jwk":` + p.jwk("") + `}}`
	require.Equal(t, "misconfigured", r.send("POST", path, `{"pin":"2345"}`).kind())
	require.Equal(t, "misconfigured", r.send("POST", path+"/reveal", reveal).kind())
	require.Equal(t, "misconfigured", r.send("PUT", path, `{`+strings.Replace(p.block("2345"), p.service.Keys[0].KeyID, none.PublicKeys().Keys[0].KeyID, 1)+`}`).kind())

	lost, err := session.New(hsm.New(soft.New()), k, nil) // its keys are not on the service's HSM
	require.NoError(t, err)
	r.api.Sessions = lost
	require.Equal(t, "hsm-unavailable", r.send("POST", path+"/reveal", reveal).kind())
	require.Equal(t, "hsm-unavailable", r.send("POST", path, `{"pin":"2345"}`).kind())

	r.api.Sessions = r.sessions
	r.hsmDown.Store(true)
	for _, a := range []answer{
		r.send("PUT", path, `{`+p.block("2345")+`}`),
		r.send("PUT", path, p.jwe(token, 0, `"pin":"2345"`), asJOSE),
		r.send("POST", path+"/change", `{"current":{`+p.block("1234")+`},"new":{`+p.block("2345")+`}}`),
		r.send("POST", path+"/reveal", reveal),
		r.send("POST", path+"/mailer", ""),
	} {
		require.Equal(t, "hsm-unavailable", a.kind(), "%s", a.body)
	}
	r.hsmDown.Store(false)
	require.Equal(t, "1234", r.pin(token))
	require.Empty(t, r.sessionKeys())
}
