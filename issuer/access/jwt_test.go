package access

import (
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"
)

func TestJWTAlgorithms(t *testing.T) {
	t.Parallel()
	for _, a := range []jose.SignatureAlgorithm{jose.ES256, jose.RS256, jose.PS256, jose.EdDSA} {
		for _, id := range []string{"a", ""} { // tokens need not name a key
			key := newKey(t, id, a)
			j := newIssuer(t, newKey(t, "other", jose.ES256), key).authenticator(t)
			p, err := j.Authenticate(withBearer(key.sign(t, claimsWith(nil))))
			require.NoError(t, err, a)
			require.Equal(t, &Principal{Name: "switch", Kind: KindToken, Scopes: []Scope{VerifyPIN}}, p)
		}
	}
}

func TestJWTClaims(t *testing.T) {
	t.Parallel()
	key := newKey(t, "a", jose.ES256)
	j := newIssuer(t, key).authenticator(t)
	now := time.Now()
	for name, c := range map[string]struct {
		change map[string]any
		want   error
	}{
		"audience among others":  {map[string]any{"aud": []string{"x", "pinion"}}, nil},
		"expired within leeway":  {map[string]any{"exp": now.Add(-5 * time.Second).Unix()}, nil},
		"expired":                {map[string]any{"exp": now.Add(-time.Minute).Unix()}, expired},
		"no expiry":              {map[string]any{"exp": nil}, noExpiry},
		"expiry null":            {map[string]any{"exp": json.RawMessage("null")}, noExpiry},
		"expiry not a number":    {map[string]any{"exp": "tomorrow"}, badClaims},
		"expiry beyond all time": {map[string]any{"exp": json.RawMessage("1e30")}, badClaims},
		"not yet":                {map[string]any{"nbf": now.Add(time.Minute).Unix()}, notYet},
		"issued in the future":   {map[string]any{"iat": now.Add(time.Minute).Unix()}, notYet},
		"other audience":         {map[string]any{"aud": "pinion2"}, wrongAudience},
		"no audience":            {map[string]any{"aud": nil}, wrongAudience},
		"other issuer":           {map[string]any{"iss": "https://login.example/"}, wrongIssuer},
		"no issuer":              {map[string]any{"iss": nil}, wrongIssuer},
		"no name":                {map[string]any{"sub": nil}, noName},
		"name of two lines":      {map[string]any{"sub": "a\nb"}, noName},
		"long name":              {map[string]any{"sub": strings.Repeat("a", 256)}, noName},
		"subject not a string":   {map[string]any{"sub": 7}, badClaims},
		"scope a number":         {map[string]any{"scope": 7}, badClaims},
		"scopes of numbers":      {map[string]any{"scope": nil, "scp": []any{"admin", 7}}, badClaims},
	} {
		p, err := j.Authenticate(withBearer(key.sign(t, claimsWith(c.change))))
		if c.want == nil {
			require.NoError(t, err, name)
			continue
		}
		require.Equal(t, c.want, err, name)
		require.ErrorIs(t, err, ErrCredential, name)
		require.Nil(t, p, name)
	}
}

func TestJWTScopesAndNames(t *testing.T) {
	t.Parallel()
	key := newKey(t, "a", jose.ES256)
	j := newIssuer(t, key).authenticator(t)
	for name, c := range map[string]struct {
		change map[string]any
		client string
		scopes []Scope
	}{
		"several":              {map[string]any{"scope": "pin.set  openid pin.reveal"}, "switch", []Scope{SetPIN, RevealPIN}},
		"scp string":           {map[string]any{"scope": nil, "scp": "admin"}, "switch", []Scope{Admin}},
		"scp array":            {map[string]any{"scope": nil, "scp": []string{"cards.write", "pin.unblock"}}, "switch", []Scope{WriteCards, UnblockPIN}},
		"scope before scp":     {map[string]any{"scope": "", "scp": "admin"}, "switch", nil},
		"none":                 {map[string]any{"scope": nil}, "switch", nil},
		"unknown":              {map[string]any{"scope": "pin.* PIN.SET pin.set2 *"}, "switch", nil},
		"names to the letter":  {map[string]any{"scope": nil, "Scope": "admin"}, "switch", nil},
		"client_id":            {map[string]any{"sub": nil, "client_id": "c", "azp": "z"}, "c", []Scope{VerifyPIN}},
		"azp":                  {map[string]any{"sub": nil, "azp": "z"}, "z", []Scope{VerifyPIN}},
		"sub before client_id": {map[string]any{"client_id": "c"}, "switch", []Scope{VerifyPIN}},
	} {
		p, err := j.Authenticate(withBearer(key.sign(t, claimsWith(c.change))))
		require.NoError(t, err, name)
		require.Equal(t, &Principal{Name: c.client, Kind: KindToken, Scopes: c.scopes}, p, name)
		require.False(t, p.Has("pin.nothing"), name)
	}
}

func TestJWTForgeries(t *testing.T) {
	t.Parallel()
	key, stranger, rsaKey := newKey(t, "a", jose.ES256), newKey(t, "a", jose.ES256), newKey(t, "r", jose.RS256)
	j := newIssuer(t, key, rsaKey).authenticator(t)
	good := key.sign(t, claimsWith(nil))
	part := strings.Split(good, ".")
	encode := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	der, err := x509.MarshalPKIXPublicKey(rsaKey.private.Public())
	require.NoError(t, err)
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	admin, err := json.Marshal(claimsWith(map[string]any{"scope": "admin"}))
	require.NoError(t, err)
	double := strings.Replace(string(admin), `"scope"`, `"scope":"pin.set","scope"`, 1)

	forgeries := map[string]struct {
		token string
		want  error
	}{
		"alg none":               {encode(`{"alg":"none"}`) + "." + part[1] + ".", badAlgorithm},
		"alg None, signed":       {encode(`{"alg":"None","kid":"a"}`) + "." + part[1] + "." + part[2], badAlgorithm},
		"no alg":                 {encode(`{"kid":"a"}`) + "." + part[1] + "." + part[2], badAlgorithm},
		"HS256 with public key":  {signWith(t, jose.HS256, jose.JSONWebKey{Key: public, KeyID: "r"}, claimsWith(nil)), badAlgorithm},
		"HS256 with DER":         {signWith(t, jose.HS256, jose.JSONWebKey{Key: der, KeyID: "r"}, claimsWith(nil)), badAlgorithm},
		"RS512 not accepted":     {signWith(t, jose.RS512, jose.JSONWebKey{Key: rsaKey.private, KeyID: "r"}, claimsWith(nil)), badAlgorithm},
		"another's signature":    {stranger.sign(t, claimsWith(nil)), badSignature},
		"changed claims":         {part[0] + "." + encode(string(admin)) + "." + part[2], badSignature},
		"changed header":         {encode(`{"alg":"ES256","kid":"a","typ":"JWT"}`) + "." + part[1] + "." + part[2], badSignature},
		"no signature":           {part[0] + "." + part[1] + ".", badSignature},
		"key of another kind":    {encode(`{"alg":"RS256","kid":"a"}`) + "." + part[1] + "." + part[2], badSignature},
		"two parts":              {part[0] + "." + part[1], badAlgorithm},
		"JSON serialization":     {`{"payload":"` + part[1] + `"}`, malformed},
		"logout token":           {key.sign(t, claimsWith(nil), "typ", "logout+jwt"), badType},
		"proof of possession":    {key.sign(t, claimsWith(nil), "typ", "dpop+jwt"), badType},
		"critical header":        {signWithCritical(t, key), badSignature},
		"claims no JSON object":  {key.sign(t, []string{"a"}), badClaims},
		"scope twice":            {key.sign(t, json.RawMessage(double)), badClaims},
		"own key in the header":  {signWithOwnKey(t, stranger), badSignature},
		"too long":               {strings.Repeat("a", maxToken+1), malformed},
		"not ASCII":              {good + "é", malformed},
		"nothing":                {"", malformed},
		"padding only":           {"==", malformed},
		"a space in the middle":  {part[0] + ". " + part[1] + "." + part[2], malformed},
		"key of a path trick":    {key.sign(t, claimsWith(nil), "jku", "http://attacker.example") + "x", badSignature},
		"random bytes for parts": {rand.Text() + "." + rand.Text() + "." + rand.Text(), badAlgorithm},
	}
	for _, name := range slices.Sorted(maps.Keys(forgeries)) {
		p, err := j.Authenticate(withBearer(forgeries[name].token))
		require.Equal(t, forgeries[name].want, err, name)
		require.Nil(t, p, name)
	}
	for _, typ := range []string{"JWT", "at+jwt", "application/at+JWT"} {
		_, err := j.Authenticate(withBearer(key.sign(t, claimsWith(nil), "typ", typ)))
		require.NoError(t, err, typ)
	}
}

func signWithCritical(t *testing.T, k signingKey) string {
	opts := &jose.SignerOptions{ExtraHeaders: map[jose.HeaderKey]any{"crit": []string{"exp2"}, "exp2": 1}}
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: k.algorithm, Key: jose.JSONWebKey{Key: k.private, KeyID: k.id}}, opts)
	require.NoError(t, err)
	payload, err := json.Marshal(claimsWith(nil))
	require.NoError(t, err)
	jws, err := s.Sign(payload)
	require.NoError(t, err)
	text, err := jws.CompactSerialize()
	require.NoError(t, err)
	return text
}

func signWithOwnKey(t *testing.T, k signingKey) string {
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: k.algorithm, Key: k.private}, &jose.SignerOptions{EmbedJWK: true})
	require.NoError(t, err)
	payload, err := json.Marshal(claimsWith(nil))
	require.NoError(t, err)
	jws, err := s.Sign(payload)
	require.NoError(t, err)
	text, err := jws.CompactSerialize()
	require.NoError(t, err)
	return text
}

func TestNewJWTRefuses(t *testing.T) {
	t.Parallel()
	good := JWTConfig{Issuer: "i", Audience: "a", JWKSURL: "https://login.example/keys"}
	_, err := NewJWT(t.Context(), good)
	require.NoError(t, err)
	for name, change := range map[string]func(*JWTConfig){
		"no issuer":        func(c *JWTConfig) { c.Issuer = "" },
		"no audience":      func(c *JWTConfig) { c.Audience = "" },
		"no key set":       func(c *JWTConfig) { c.JWKSURL = "" },
		"two key sets":     func(c *JWTConfig) { c.JWKSFile = "keys.json" },
		"symmetric":        func(c *JWTConfig) { c.Algorithms = []string{"ES256", "HS256"} },
		"none":             func(c *JWTConfig) { c.Algorithms = []string{"none"} },
		"plain HTTP":       func(c *JWTConfig) { c.JWKSURL = "http://login.example/keys" },
		"not quite local":  func(c *JWTConfig) { c.JWKSURL = "http://localhost.example/keys" },
		"password in URL":  func(c *JWTConfig) { c.JWKSURL = "https://a:b@login.example/keys" },
		"file as URL":      func(c *JWTConfig) { c.JWKSURL = "file:///etc/keys" },
		"URL without host": func(c *JWTConfig) { c.JWKSURL = "https:keys" },
	} {
		c := good
		change(&c)
		_, err := NewJWT(t.Context(), c)
		require.Error(t, err, name)
	}
}
