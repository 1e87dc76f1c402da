package issuer_test

import (
	"context"
	"crypto/rand"
	"errors"
	"log"
	"os"
	"path/filepath"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/sqlstore"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// bank is the service of the examples, on a soft device and SQLite, and a zone key of
// which the examples have a copy to make PIN blocks with, as an acquirer has.
type bank struct {
	*issuer.Service
	hsm   *hsm.HSM
	zone  hsm.PINKey
	copy  keys.Key
	close []func() error
}

func newBank(ctx context.Context, rules pinverify.Rules) *bank {
	b := &bank{hsm: hsm.New(soft.New()), zone: hsm.PINKey{Key: "zpk", Format: pinblock.ISO4}}
	dir, err := os.MkdirTemp("", "example-")
	check(err)
	store, err := sqlstore.Open(ctx, "sqlite:"+filepath.Join(dir, "issuer.db"))
	check(err)
	b.close = []func() error{store.Close, b.hsm.Close, func() error { return os.RemoveAll(dir) }}

	b.copy, err = keys.Generate(keys.AES128, keys.UsagePIN)
	check(err)
	_, err1 := b.hsm.ImportKey(ctx, hsm.KeySpec{Label: "zpk"}, b.copy)
	_, err2 := b.hsm.GenerateKey(ctx, hsm.KeySpec{Label: "storage", Algorithm: keys.AES256, Usage: keys.UsagePIN})
	check(errors.Join(err1, err2))

	data := make([]byte, issuer.DataKeySize)
	_, err = rand.Read(data)
	check(err)
	vault, err := issuer.NewVault(data)
	check(err)
	b.Service, err = issuer.New(b.hsm, store, issuer.Options{
		Profiles: []issuer.Profile{{Name: "debit", PINLength: 4, MaxTries: issuer.DefaultMaxTries,
			Method: pinverify.StoredBlock{Format: pinblock.ISO4}, MethodKey: "storage", Reveal: true, Rules: rules}},
		StorageKey: "storage", Vault: vault,
	})
	check(err)
	return b
}

// Close ends the service, and then what it is made of.
func (b *bank) Close() {
	b.Service.Close()
	for _, f := range b.close {
		check(f())
	}
}

// card registers a card and sets its PIN.
func (b *bank) card(ctx context.Context, pin string) (token string) {
	made, err := b.Register(ctx, issuer.Registration{PAN: b.pan()}, issuer.Request{Actor: "personalization"})
	check(err)
	_, err = b.SetPIN(ctx, made.Token, b.block(ctx, pin), issuer.Request{Actor: "personalization"})
	check(err)
	return made.Token
}

// block is a PIN as an acquirer sends it.
func (b *bank) block(ctx context.Context, digits string) issuer.PINBlock {
	pin, err := pinblock.ParsePIN(digits)
	check(err)
	block, err := pinblock.Seal(ctx, nil, b.copy, b.zone.Format, pin, b.pan())
	check(err)
	return issuer.PINBlock{Block: block, Key: b.zone}
}

func (b *bank) pan() pinblock.PAN {
	pan, err := pinblock.ParsePAN("5432101234567891")
	check(err)
	return pan
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
