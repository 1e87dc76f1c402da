package httpapi

import (
	"net/http"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"
)

// TestEnciphered is the life of a PIN without a clear one on the way.
func TestEnciphered(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := newApp(r)
	token := r.card(pan, "default", "1234")
	path := "/cards/" + token + "/pin"
	ok := func(a answer) {
		t.Helper()
		require.Equal(t, http.StatusNoContent, a.status, "%s", a.body)
		require.Empty(t, a.body)
	}
	ok(r.send("PUT", path, `{"pinBlock":"`+r.block("2345", pan)+`","format":"iso-0","key":"zpk","updatedBy":"John Smith"}`))
	require.Equal(t, "2345", r.pin(token))
	ok(r.send("PUT", path, `{`+p.block("3456")+`}`))
	require.Equal(t, "3456", r.pin(token))
	ok(r.send("PUT", path, p.jwe(token, 0, `"pin":"4567"`), asJOSE))
	require.Equal(t, "4567", r.pin(token))

	change := func(current, chosen string) answer {
		t.Helper()
		return r.send("POST", path+"/change", `{"current":{`+current+`},"new":{`+chosen+`},"description":"for myself"}`)
	}
	zone := func(digits string) string {
		return `"pinBlock":"` + r.block(digits, pan) + `","format":"iso-0","key":"zpk"`
	}
	ok(change(p.block("4567"), p.block("5678")))
	ok(change(zone("5678"), p.block("6789")))
	ok(r.send("POST", path+"/change", p.jwe(token, 0, `"currentPin":"6789","newPin":"7890"`), asJOSE))
	require.Equal(t, "7890", r.pin(token))

	require.Equal(t, "7890", p.open(r.send("POST", path+"/reveal", `{"to":{"ecdh":`+p.ecdh()+`}}`)))
	a := r.send("POST", path+"/reveal", `{"to":{"key":"zpk","format":"iso-0"},"updatedBy":"John Smith"}`)
	require.Equal(t, http.StatusOK, a.status, "%s", a.body)
	require.Equal(t, "iso-0", a.json(t, "format"))
	require.JSONEq(t, `{"verified":true}`, string(r.send("POST", path+"/verify",
		`{"pinBlock":"`+a.json(t, "pinBlock").(string)+`","format":"iso-0","key":"zpk"}`).body))
	a = r.send("POST", path+"/reveal", `{"to":{"jwk":`+p.jwk(`,"kid":"phone"`)+`}}`)
	require.Equal(t, http.StatusOK, a.status, "%s", a.body)
	j, err := jose.ParseEncryptedCompact(a.json(t, "jwe").(string), []jose.KeyAlgorithm{jose.ECDH_ES_A256KW}, []jose.ContentEncryption{jose.A256GCM})
	require.NoError(t, err)
	require.Equal(t, "phone", j.Header.KeyID)
	payload, err := j.Decrypt(p.private)
	require.NoError(t, err)
	require.Contains(t, string(payload), `"pin":"7890"`)
	require.Contains(t, string(payload), `"publicToken":"`+token+`"`)

	for left := 2; left >= 0; left-- {
		a = change(p.block("1111"), p.block("2222"))
		require.Equal(t, "wrong-pin", a.kind(), "%s", a.body)
		require.EqualValues(t, left, a.json(t, "remainingTries"))
	}
	require.Equal(t, "pin-blocked", change(p.block("7890"), p.block("2222")).kind())
	require.Equal(t, "pin-blocked", r.send("POST", path+"/change", p.jwe(token, 0, `"currentPin":"7890","newPin":"2222"`), asJOSE).kind())
	require.Equal(t, "7890", r.pin(token))
	require.Empty(t, r.sessionKeys(), "every session key was removed from the HSM")
}

// Where clear PINs are off, enciphered ones are not.
func TestEncipheredAlone(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.ClearPIN = false })
	p := newApp(r)
	token := r.card(pan, "default", "")
	path := "/cards/" + token + "/pin"
	require.Equal(t, "clear-pin-off", r.send("POST", path, `{"pin":"1234"}`).kind())
	require.Equal(t, http.StatusNoContent, r.send("PUT", path, p.jwe(token, 0, `"pin":"4567"`), asJOSE).status)
	require.Equal(t, "4567", p.open(r.send("POST", path+"/reveal", `{"to":{"ecdh":`+p.ecdh()+`}}`)))
	require.Equal(t, http.StatusOK, r.send("POST", path+"/reveal", `{"to":{"jwk":`+p.jwk("")+`}}`).status)
}

func TestEncipheredOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := newApp(r)
	token := r.card(pan, "default", "1234")
	path := "/cards/" + token + "/pin"
	first, second := `{`+p.block("2345")+`}`, p.jwe(token, 0, `"pin":"3456"`)
	require.Equal(t, http.StatusNoContent, r.send("PUT", path, first, "Idempotency-Key: a").status)
	require.Equal(t, http.StatusNoContent, r.send("PUT", path, second, asJOSE, "Idempotency-Key: b").status)
	a := r.send("PUT", path, first, "Idempotency-Key: a")
	require.Equal(t, http.StatusNoContent, a.status)
	require.Equal(t, "true", a.header.Get("Idempotent-Replayed"))
	require.Equal(t, "3456", r.pin(token))
	require.Equal(t, "idempotency-key-reused", r.send("PUT", path, second, asJOSE, "Idempotency-Key: a").kind())
}

func TestMailPIN(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token, strict := r.card(pan, "default", "1234"), r.card("", "strict", "")
	path := "/cards/" + token + "/pin/mailer"
	for range 2 {
		a := r.send("POST", path, `{"description":"PIN forgotten"}`, "Idempotency-Key: once")
		require.Equal(t, http.StatusAccepted, a.status, "%s", a.body)
		require.Empty(t, a.body)
	}
	mail, err := r.store.Mail(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, mail, 1)
	require.Contains(t, string(mail[0].Job), `"publicToken":"`+token+`"`)
	require.Equal(t, "not-revealed", r.send("POST", "/cards/"+strict+"/pin/mailer", "").kind())
}
