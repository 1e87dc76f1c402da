package outbox_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/go-jose/go-jose/v4"

	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/outbox"
)

// The service signs a job and puts it into the outbox; the bureau opens it.
func Example() {
	dir, err := os.MkdirTemp("", "outbox")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	bureau, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	recipient, err := jose.JSONWebKey{Key: &bureau.PublicKey}.MarshalJSON()
	if err != nil {
		log.Fatal(err)
	}
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		log.Fatal(err)
	}
	signer, err := outbox.NewSigner(private)
	if err != nil {
		log.Fatal(err)
	}
	mailer, err := outbox.NewMailer(dir, recipient)
	if err != nil {
		log.Fatal(err)
	}

	const id = "0123456789abcdef0123456789abcdef"
	signed, err := signer.Sign([]byte(`{"id":"` + id + `","publicToken":"123456789"}`))
	if err != nil {
		log.Fatal(err)
	}
	if err := mailer.Deliver(context.Background(), issuer.Mail{ID: id, Job: signed}); err != nil {
		log.Fatal(err)
	}

	public, err := signer.PublicKey()
	if err != nil {
		log.Fatal(err)
	}
	job, err := outbox.Open(filepath.Join(dir, id+".jwe"), bureau, public)
	fmt.Println(job.PublicToken, err)
	// Output: 123456789 <nil>
}
