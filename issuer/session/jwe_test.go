package session_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/issuer/session"
)

func b64url(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// made is how a client makes a JWE, where it does not do as it should.
type made struct {
	key int // of the service's
	alg jose.KeyAlgorithm
	enc jose.ContentEncryption
	kid string
	o   jose.EncrypterOptions
}

// jwe makes one for the service, as a client would.
func (r *rig) jwe(t *testing.T, payload string, m made) string {
	t.Helper()
	text, err := json.Marshal(r.PublicKeys().Keys[1-m.key])
	require.NoError(t, err)
	var k jose.JSONWebKey
	require.NoError(t, k.UnmarshalJSON(text))
	if m.alg == "" {
		m.alg = jose.ECDH_ES_A256KW
	}
	if m.enc == "" {
		m.enc = jose.A256GCM
	}
	switch m.kid {
	case "":
		m.kid = k.KeyID
	case "none":
		m.kid, k.KeyID = "", ""
	}
	e, err := jose.NewEncrypter(m.enc, jose.Recipient{Algorithm: m.alg, Key: k.Key, KeyID: m.kid}, &m.o)
	require.NoError(t, err)
	j, err := e.Encrypt([]byte(payload))
	require.NoError(t, err)
	compact, err := j.CompactSerialize()
	require.NoError(t, err)
	return compact
}

func TestOpenJWE(t *testing.T) {
	t.Parallel()
	r := softRig(t)
	good := r.jwe(t, "canary 8642", made{})
	payload, err := r.OpenJWE([]byte(good))
	require.NoError(t, err)
	require.Equal(t, "canary 8642", string(payload))
	swapped := strings.Split(good, ".")
	swapped[3] = b64url([]byte("canary 8643"))
	reheaded := strings.Split(good, ".")
	reheaded[0] = b64url([]byte(`{"alg":"dir","enc":"A256GCM","kid":"` + r.PublicKeys().Keys[1].KeyID + `"}`))
	offCurve := strings.Split(good, ".")
	offCurve[0] = b64url([]byte(`{"alg":"ECDH-ES+A256KW","enc":"A256GCM","kid":"` + r.PublicKeys().Keys[1].KeyID +
		`","epk":{"kty":"EC","crv":"P-256","x":"` + r.PublicKeys().Keys[0].X + `","y":"` + r.PublicKeys().Keys[0].X + `"}}`))
	critical := (&jose.EncrypterOptions{}).WithHeader("crit", []string{"x"}).WithHeader("x", 1)
	for name, c := range map[string]struct {
		jwe  string
		want []error
	}{
		"content changed":   {strings.Join(swapped, "."), []error{session.ErrDecipher}},
		"header changed":    {strings.Join(reheaded, "."), []error{session.ErrJWE}},
		"epk off the curve": {strings.Join(offCurve, "."), []error{session.ErrJWE, session.ErrDecipher}},
		"ECDH-ES":           {r.jwe(t, "canary 8642", made{alg: jose.ECDH_ES}), []error{session.ErrJWE}},
		"A128GCM":           {r.jwe(t, "canary 8642", made{enc: jose.A128GCM}), []error{session.ErrJWE}},
		"zip":               {r.jwe(t, "canary 8642", made{o: jose.EncrypterOptions{Compression: jose.DEFLATE}}), []error{session.ErrJWE}},
		"crit":              {r.jwe(t, "canary 8642", made{o: *critical}), []error{session.ErrJWE}},
		"no kid":            {r.jwe(t, "canary 8642", made{kid: "none"}), []error{session.ErrJWE}},
		"agreement key":     {r.jwe(t, "canary 8642", made{key: 1}), []error{session.ErrKeyID}},
		"false kid":         {r.jwe(t, "canary 8642", made{key: 1, kid: r.PublicKeys().Keys[1].KeyID}), []error{session.ErrDecipher}},
		"too long":          {r.jwe(t, strings.Repeat("x", 8<<10), made{}), []error{session.ErrJWE}},
		"with a line end":   {good + "\n", []error{session.ErrJWE}},
		"empty":             {"", []error{session.ErrJWE}},
		"four parts":        {good[:strings.LastIndex(good, ".")], []error{session.ErrJWE}},
		"JSON":              {`{"protected":"e30"}`, []error{session.ErrJWE}},
	} {
		payload, err := r.OpenJWE([]byte(c.jwe))
		require.Contains(t, c.want, err, name)
		require.Nil(t, payload, name)
	}
}

func TestOpenMessage(t *testing.T) {
	t.Parallel()
	r := softRig(t)
	now := time.Now().Unix()
	for name, c := range map[string]struct {
		payload string
		want    error
	}{
		"set":            {`{"publicToken":"123456789","iat":%d,"pin":"8642"}`, nil},
		"other members":  {`{"publicToken":"123456789","iat":%d,"pin":"8642","iss":"app"}`, nil},
		"change":         {`{"publicToken":"123456789","iat":%d,"currentPin":"8642","newPin":"97531"}`, nil},
		"another card":   {`{"publicToken":"123456780","iat":%d,"pin":"8642"}`, session.ErrOtherCard},
		"no card":        {`{"iat":%d,"pin":"8642"}`, session.ErrOtherCard},
		"no time":        {`{"publicToken":"123456789","pin":"8642"}%.0d`, session.ErrMessage},
		"time in text":   {`{"publicToken":"123456789","iat":"%d","pin":"8642"}`, session.ErrMessage},
		"number":         {`{"publicToken":"123456789","iat":%d,"pin":8642}`, session.ErrMessage},
		"three digits":   {`{"publicToken":"123456789","iat":%d,"pin":"864"}`, session.ErrMessage},
		"letters":        {`{"publicToken":"123456789","iat":%d,"pin":"86a2"}`, session.ErrMessage},
		"escaped":        {`{"publicToken":"123456789","iat":%d,"pin":"\u003864"}`, session.ErrMessage},
		"null":           {`{"publicToken":"123456789","iat":%d,"pin":null}`, session.ErrMessage},
		"no PIN":         {`{"publicToken":"123456789","iat":%d}`, session.ErrMessage},
		"current alone":  {`{"publicToken":"123456789","iat":%d,"currentPin":"8642"}`, session.ErrMessage},
		"all three":      {`{"publicToken":"123456789","iat":%d,"pin":"8642","currentPin":"8642","newPin":"97531"}`, session.ErrMessage},
		"twice":          {`{"publicToken":"123456789","iat":%d,"pin":"8642","pin":"8642"}`, session.ErrMessage},
		"capitals":       {`{"publicToken":"123456789","iat":%d,"PIN":"8642"}`, session.ErrMessage},
		"something else": {`["8642"]%.0d`, session.ErrMessage},
		"more after it":  {`{"publicToken":"123456789","iat":%d,"pin":"8642"}{}`, session.ErrMessage},
	} {
		m, err := r.OpenMessage([]byte(r.jwe(t, fmt.Sprintf(c.payload, now), made{})), "123456789")
		require.Equal(t, c.want, err, name)
		switch {
		case err != nil:
			require.True(t, m.PIN.IsZero() && m.CurrentPIN.IsZero() && m.NewPIN.IsZero(), name)
		case name == "change":
			requirePIN(t, "8642", m.CurrentPIN)
			requirePIN(t, "97531", m.NewPIN)
			require.True(t, m.PIN.IsZero())
		default:
			requirePIN(t, "8642", m.PIN)
		}
	}
	for offset, want := range map[time.Duration]error{
		-10 * time.Minute: session.ErrStale, -4 * time.Minute: nil, 30 * time.Second: nil, 5 * time.Minute: session.ErrStale,
	} {
		payload := fmt.Sprintf(`{"publicToken":"123456789","iat":%d,"pin":"8642"}`, time.Now().Add(offset).Unix())
		_, err := r.OpenMessage([]byte(r.jwe(t, payload, made{})), "123456789")
		require.Equal(t, want, err, offset)
	}
}

// The client opens the PIN that was sealed for its key.
func TestSealPIN(t *testing.T) {
	t.Parallel()
	r := softRig(t)
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	recipient, err := (&jose.JSONWebKey{Key: &private.PublicKey, KeyID: "phone", Use: "enc"}).MarshalJSON()
	require.NoError(t, err)
	to, err := session.ParseRecipient(recipient)
	require.NoError(t, err)
	compact, err := r.SealPIN(to, "123456789", pin(t, "7010"))
	require.NoError(t, err)
	j, err := jose.ParseEncryptedCompact(string(compact), []jose.KeyAlgorithm{jose.ECDH_ES_A256KW}, []jose.ContentEncryption{jose.A256GCM})
	require.NoError(t, err)
	require.Equal(t, "phone", j.Header.KeyID)
	payload, err := j.Decrypt(private)
	require.NoError(t, err)
	var m struct {
		PublicToken, PIN string
		IAT              int64
	}
	require.NoError(t, json.Unmarshal(payload, &m))
	require.Equal(t, "123456789", m.PublicToken)
	require.Equal(t, "7010", m.PIN)
	require.InDelta(t, time.Now().Unix(), m.IAT, 60)

	whole, err := (&jose.JSONWebKey{Key: private}).MarshalJSON()
	require.NoError(t, err)
	signing, err := (&jose.JSONWebKey{Key: &private.PublicKey, Algorithm: "ES256"}).MarshalJSON()
	require.NoError(t, err)
	for _, bad := range [][]byte{nil, []byte("{}"), whole, signing} {
		_, err := session.ParseRecipient(bad)
		require.Equal(t, session.ErrPeer, err)
	}
}
