package session_test

import (
	"context"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/issuer/session"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
)

// client is the other side of an agreement, written from its description.
type client struct {
	private *ecdh.PrivateKey
	offer   session.Offer
}

func clientOffer(t *testing.T) *client {
	t.Helper()
	private, err := ecdh.P256().GenerateKey(rand.Reader)
	require.NoError(t, err)
	info := make([]byte, 32)
	rand.Read(info)
	return &client{private, session.Offer{PublicKey: private.PublicKey().Bytes(), SharedInfo: info}}
}

// key derives the client's half from the service's published key.
func (c *client) key(t *testing.T, set session.PublicKeys) keys.Key {
	t.Helper()
	point := []byte{4}
	for _, coordinate := range []string{set.Keys[0].X, set.Keys[0].Y} {
		b, err := base64.RawURLEncoding.DecodeString(coordinate)
		require.NoError(t, err)
		point = append(point, b...)
	}
	service, err := ecdh.P256().NewPublicKey(point)
	require.NoError(t, err)
	secret, err := c.private.ECDH(service)
	require.NoError(t, err)
	sum := sha512.Sum512(append(binary.BigEndian.AppendUint32(nil, 1), append(secret, c.offer.SharedInfo...)...))
	k, err := cleartext.New(keys.AES128, keys.UsagePIN, sum[:16])
	require.NoError(t, err)
	return k
}

func jwk(p *ecdh.PublicKey) []byte {
	b := p.Bytes()
	text, err := json.Marshal(map[string]string{"kty": "EC", "crv": "P-256",
		"x": base64.RawURLEncoding.EncodeToString(b[1:33]), "y": base64.RawURLEncoding.EncodeToString(b[33:])})
	if err != nil {
		panic(err)
	}
	return text
}

func TestAgree(t *testing.T) {
	t.Parallel()
	testAgree(t, softRig(t))
}

// testAgree plays select PIN and reveal PIN with a client.
func testAgree(t *testing.T, r *rig) {
	ctx := t.Context()
	c := clientOffer(t)
	key := c.key(t, r.PublicKeys())
	block, err := pinblock.Seal(ctx, nil, key, pinblock.ISO4, pin(t, "2580"), pan(t))
	require.NoError(t, err)
	var kept []byte
	for _, public := range [][]byte{c.private.PublicKey().Bytes(), jwk(c.private.PublicKey())} {
		offer := c.offer
		offer.PublicKey, offer.KeyID = public, r.PublicKeys().Keys[0].KeyID
		a, err := r.Agree(ctx, offer)
		require.NoError(t, err)
		kept = r.translate(t, block, a.Key(), zoneKey)
		shown, err := pinblock.Open(ctx, key, pinblock.ISO4, r.translate(t, kept, zoneKey, a.Key()), pan(t))
		require.NoError(t, err)
		requirePIN(t, "2580", shown)
		a.Release(ctx)
	}
	require.Equal(t, []string{zone}, r.labels(t))

	// Other shared info, other key.
	other := c.offer
	other.SharedInfo = append([]byte{c.offer.SharedInfo[0] ^ 1}, c.offer.SharedInfo[1:]...)
	a, err := r.Agree(ctx, other)
	require.NoError(t, err)
	defer a.Release(ctx)
	_, err = r.hsm.TranslatePIN(ctx, hsm.Translation{Block: block, PAN: pan(t), From: a.Key(), To: zoneKey})
	require.ErrorIs(t, err, hsm.ErrBlock)
}

// Bob of RFC 7518 appendix C is the service and Alice the client. The key was
// computed with Python's cryptography 48 and OpenSSL 3.0 from their shared point.
func TestAgreeKnownAnswer(t *testing.T) {
	t.Parallel()
	d, err := base64.RawURLEncoding.DecodeString("VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw")
	require.NoError(t, err)
	bob, err := ecdh.P256().NewPrivateKey(d)
	require.NoError(t, err)
	raw := new([]byte)
	h := hsm.New(recorder{soft.New(), raw})
	t.Cleanup(func() { require.NoError(t, h.Close()) })
	s, err := session.New(h, keysOf(t, bob), nil)
	require.NoError(t, err)
	info, err := hex.DecodeString("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
	require.NoError(t, err)
	a, err := s.Agree(context.Background(), session.Offer{SharedInfo: info, PublicKey: []byte(
		`{"kty":"EC","crv":"P-256","x":"gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0","y":"SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps"}`)})
	require.NoError(t, err)
	require.Equal(t, "fdfddc1ed53e33106785a9cc57be64bf", hex.EncodeToString(*raw))
	a.Release(t.Context())
}

// keysOf returns keys with the given one for agreement.
func keysOf(t *testing.T, agreement *ecdh.PrivateKey) *session.Keys {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(agreement)
	require.NoError(t, err)
	text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der, err = x509.MarshalPKCS8PrivateKey(other)
	require.NoError(t, err)
	k, err := session.ParseKeys(append(text, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})...))
	require.NoError(t, err)
	return k
}

func TestAgreeRefuses(t *testing.T) {
	t.Parallel()
	r := softRig(t)
	good := clientOffer(t).offer
	onlyY := func(point []byte) []byte {
		p := append([]byte(nil), point...)
		p[64] ^= 1
		return p
	}
	p384, err := ecdh.P384().GenerateKey(rand.Reader)
	require.NoError(t, err)
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	b64 := base64.RawURLEncoding.EncodeToString
	d, err := private.Bytes()
	require.NoError(t, err)
	xy, err := private.PublicKey.Bytes()
	require.NoError(t, err)
	coordinates := `"kty":"EC","crv":"P-256","x":"` + b64(xy[1:33]) + `","y":"` + b64(xy[33:])
	for name, c := range map[string]struct {
		peer []byte
		want error
	}{
		"off the curve":      {onlyY(good.PublicKey), session.ErrPeer},
		"infinity":           {[]byte{0}, session.ErrPeer},
		"zeros":              {append([]byte{4}, make([]byte, 64)...), session.ErrPeer},
		"compressed":         {append([]byte{2}, good.PublicKey[1:33]...), session.ErrPeer},
		"P-384":              {p384.PublicKey().Bytes(), session.ErrPeer},
		"empty":              {nil, session.ErrPeer},
		"blank":              {[]byte("  "), session.ErrPeer},
		"JWK off the curve":  {[]byte(`{"kty":"EC","crv":"P-256","x":"` + b64(xy[1:33]) + `","y":"` + b64(xy[1:33]) + `"}`), session.ErrPeer},
		"JWK of P-384":       {[]byte(`{"kty":"EC","crv":"P-384","x":"` + b64(p384.PublicKey().Bytes()[1:49]) + `","y":"` + b64(p384.PublicKey().Bytes()[49:]) + `"}`), session.ErrPeer},
		"JWK with d":         {[]byte(`{` + coordinates + `","d":"` + b64(d) + `"}`), session.ErrPeer},
		"JWK for signatures": {[]byte(`{` + coordinates + `","use":"sig"}`), session.ErrPeer},
		"JWK octets":         {[]byte(`{"kty":"oct","k":"AAAA"}`), session.ErrPeer},
		"no JSON":            {[]byte(`{"kty":`), session.ErrPeer},
		"JWK that is fine":   {[]byte(`{` + coordinates + `","use":"enc"}`), nil},
	} {
		offer := good
		offer.PublicKey = c.peer
		a, err := r.Agree(t.Context(), offer)
		if c.want == nil {
			require.NoError(t, err, name)
			a.Release(t.Context())
			continue
		}
		require.Equal(t, c.want, err, name)
	}
	for _, n := range []int{0, 15, 65} {
		offer := good
		offer.SharedInfo = make([]byte, n)
		_, err := r.Agree(t.Context(), offer)
		require.Equal(t, session.ErrSharedInfo, err)
	}
	offer := good
	offer.KeyID = r.PublicKeys().Keys[1].KeyID // the key for JWE
	_, err = r.Agree(t.Context(), offer)
	require.Equal(t, session.ErrKeyID, err)
	require.Equal(t, []string{zone}, r.labels(t))
}
