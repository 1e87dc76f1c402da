package httpapi

import (
	"context"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/issuer/session"
	"github.com/pinion-hsm/pinion/keys"
	keybytes "github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// app is what a cardholder's device has: keys of its own, and the service's.
type app struct {
	r       *rig
	service session.PublicKeys
	private *ecdsa.PrivateKey
	info    []byte
	agreed  keys.Key
}

func newApp(r *rig) *app {
	r.t.Helper()
	p := &app{r: r, info: make([]byte, 32)}
	rand.Read(p.info)
	a := r.send("GET", "/keys", "")
	require.Equal(r.t, http.StatusOK, a.status)
	require.NoError(r.t, json.Unmarshal(a.body, &p.service))
	var err error
	p.private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(r.t, err)

	point := []byte{4}
	for _, text := range []string{p.service.Keys[0].X, p.service.Keys[0].Y} {
		b, err := base64.RawURLEncoding.DecodeString(text)
		require.NoError(r.t, err)
		point = append(point, b...)
	}
	peer, err := ecdh.P256().NewPublicKey(point)
	require.NoError(r.t, err)
	mine, err := p.private.ECDH()
	require.NoError(r.t, err)
	z, err := mine.ECDH(peer)
	require.NoError(r.t, err)
	sum := sha512.Sum512(append(binary.BigEndian.AppendUint32(nil, 1), append(z, p.info...)...))
	p.agreed, err = keybytes.New(keys.AES128, keys.UsagePIN, sum[:16])
	require.NoError(r.t, err)
	return p
}

// jwk returns the app's public key, with what browsers add to it.
func (p *app) jwk(more string) string {
	b, err := p.private.PublicKey.Bytes()
	require.NoError(p.r.t, err)
	return fmt.Sprintf(`{"crv":"P-256","ext":true,"key_ops":[],"kty":"EC","x":%q,"y":%q%s}`,
		base64.RawURLEncoding.EncodeToString(b[1:33]), base64.RawURLEncoding.EncodeToString(b[33:]), more)
}

func (p *app) ecdh() string {
	return fmt.Sprintf(`{"publicKey":%s,"sharedInfo":"%X","kid":%q}`, p.jwk(""), p.info, p.service.Keys[0].KeyID)
}

// block returns a PIN under the agreed key, as a request has it.
func (p *app) block(digits string) string {
	p.r.t.Helper()
	pin, err := pinblock.ParsePIN(digits)
	require.NoError(p.r.t, err)
	account, err := pinblock.ParsePAN(pan)
	require.NoError(p.r.t, err)
	b, err := pinblock.Seal(context.Background(), nil, p.agreed, pinblock.ISO4, pin, account)
	require.NoError(p.r.t, err)
	return fmt.Sprintf(`"pinBlock":"%x","ecdh":%s`, b, p.ecdh())
}

// open returns the PIN in an answer to reveal it under the agreed key.
func (p *app) open(a answer) string {
	p.r.t.Helper()
	require.Equal(p.r.t, http.StatusOK, a.status, "%s", a.body)
	require.Equal(p.r.t, "iso-4", a.json(p.r.t, "format"))
	block, err := hex.DecodeString(a.json(p.r.t, "pinBlock").(string))
	require.NoError(p.r.t, err)
	account, err := pinblock.ParsePAN(pan)
	require.NoError(p.r.t, err)
	pin, err := pinblock.Open(context.Background(), p.agreed, pinblock.ISO4, block, account)
	require.NoError(p.r.t, err)
	return clear.Digits(pin)
}

// jwe returns a message to the service; token and age are those of its payload.
func (p *app) jwe(token string, age time.Duration, members string) string {
	p.r.t.Helper()
	text, err := json.Marshal(p.service.Keys[1])
	require.NoError(p.r.t, err)
	var k jose.JSONWebKey
	require.NoError(p.r.t, k.UnmarshalJSON(text))
	e, err := jose.NewEncrypter(jose.A256GCM, jose.Recipient{Algorithm: jose.ECDH_ES_A256KW, Key: k}, nil)
	require.NoError(p.r.t, err)
	j, err := e.Encrypt(fmt.Appendf(nil, `{"publicToken":%q,"iat":%d,%s}`, token, time.Now().Add(-age).Unix(), members))
	require.NoError(p.r.t, err)
	compact, err := j.CompactSerialize()
	require.NoError(p.r.t, err)
	return compact
}

const asJOSE = "Content-Type: application/jose"

func (r *rig) pin(token string) string {
	r.t.Helper()
	a := r.send("GET", "/cards/"+token+"/pin", "")
	require.Equal(r.t, http.StatusOK, a.status, "%s", a.body)
	return a.json(r.t, "pin").(string)
}

// sessionKeys returns the session keys that are on the HSM.
func (r *rig) sessionKeys() (labels []string) {
	r.t.Helper()
	list, err := r.hsm.ListKeys(context.Background())
	require.NoError(r.t, err)
	for _, k := range list {
		if session.IsLabel(k.Label) {
			labels = append(labels, k.Label)
		}
	}
	return labels
}

func headersOf(media string) []string {
	if media == "" {
		return nil
	}
	return []string{media}
}
