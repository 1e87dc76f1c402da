package server

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"

	"github.com/go-jose/go-jose/v4"
)

// The files of the development mode's mailer. The bureau's private key is there
// too, for whoever plays the bureau.
const (
	signingKeyFile = "mail-signing-key.pem"
	bureauKeyFile  = "bureau-key.jwk"
	bureauFile     = "bureau.jwk"
	outboxDir      = "outbox"
)

func (d devDir) makeMailer() error {
	raw, err := d.once(signingKeyFile, newSigningKey)
	clear(raw)
	if err != nil {
		return err
	}
	raw, err = d.once(bureauKeyFile, newBureauKey)
	if err != nil {
		return err
	}
	defer clear(raw)
	var k jose.JSONWebKey
	if k.UnmarshalJSON(raw) != nil {
		return errors.New(bureauKeyFile + " is not a JWK")
	}
	public := k.Public()
	text, err := public.MarshalJSON()
	if err != nil {
		return err
	}
	return d.replace(bureauFile, text)
}

func newSigningKey() ([]byte, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	defer clear(der)
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

func newBureauKey() ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	return (&jose.JSONWebKey{Key: key, Use: "enc"}).MarshalJSON()
}

// mailer is the mailer's part of the development mode's configuration.
func (p *prepared) mailer() map[string]any {
	return map[string]any{
		"outbox": p.dir.file(outboxDir), "key": "bureau", "format": "iso-4",
		"recipient": p.dir.file(bureauFile), "signingKey": "file:" + p.dir.file(signingKeyFile),
	}
}
