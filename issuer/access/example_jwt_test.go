package access_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/pinion-hsm/pinion/issuer/access"
)

// Tokens of an authorization server, whose keys are at its JWKS URL, or as here in a
// file. A token for somebody else's service is refused.
func ExampleNewJWT() {
	dir, err := os.MkdirTemp("", "jwks")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "jwks.json")
	key := signingKey(file)

	tokens, err := access.NewJWT(context.Background(), access.JWTConfig{
		Issuer: "https://login.example", Audience: "pin-service", JWKSFile: file,
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, audience := range []string{"pin-service", "wiki"} {
		r := httptest.NewRequest("POST", "/", nil)
		r.Header.Set("Authorization", "Bearer "+token(key, audience))
		who, err := tokens.Authenticate(r)
		if err != nil {
			fmt.Println("refused:", errors.Is(err, access.ErrCredential))
			continue
		}
		fmt.Println(who.Name, who.Scopes)
	}
	// Output:
	// switch [pin.verify]
	// refused: true
}

// signingKey makes the authorization server's key, and writes the public half to a file.
func signingKey(file string) jose.Signer {
	private, err1 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	set, err2 := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{
		{Key: private.Public(), KeyID: "1", Algorithm: "ES256", Use: "sig"},
	}})
	signer, err3 := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: private, KeyID: "1"}}, nil)
	if err := errors.Join(err1, err2, err3, os.WriteFile(file, set, 0o600)); err != nil {
		log.Fatal(err)
	}
	return signer
}

// token signs a token for a client that may verify PINs.
func token(key jose.Signer, audience string) string {
	text, err := jwt.Signed(key).Claims(map[string]any{
		"iss": "https://login.example", "aud": audience, "sub": "switch", "scope": "pin.verify",
		"exp": time.Now().Add(time.Minute).Unix(), "iat": time.Now().Unix(),
	}).Serialize()
	if err != nil {
		log.Fatal(err)
	}
	return text
}
