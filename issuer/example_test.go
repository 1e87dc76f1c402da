package issuer_test

import (
	"context"
	"crypto/rand"
	"fmt"
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

// A service on a soft device and SQLite: a card is registered, its PIN is shown
// to a client under a zone key, and comes back to be verified.
func Example() {
	if err := example(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// registered, with 3 tries
	// right PIN: ok
	// wrong PIN: wrong-pin, 2 tries left
}

func example(ctx context.Context) error {
	h := hsm.New(soft.New(), hsm.AllowInProcess())
	defer h.Close()
	for label, spec := range map[string]hsm.KeySpec{
		"storage": {Algorithm: keys.AES256, Usage: keys.UsagePIN},
		"pvk":     {Algorithm: keys.TDES2, Usage: keys.UsageVisaPVV},
		"zpk":     {Algorithm: keys.TDES2, Usage: keys.UsagePIN},
	} {
		spec.Label = label
		if _, err := h.GenerateKey(ctx, spec); err != nil {
			return err
		}
	}
	dir, err := os.MkdirTemp("", "example-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	store, err := sqlstore.Open(ctx, "sqlite:"+filepath.Join(dir, "issuer.db"))
	if err != nil {
		return err
	}
	defer store.Close()
	data := make([]byte, issuer.DataKeySize) // kept somewhere safe: without it the PANs are lost
	if _, err := rand.Read(data); err != nil {
		return err
	}
	vault, err := issuer.NewVault(data)
	if err != nil {
		return err
	}
	service, err := issuer.New(h, store, issuer.Options{
		Profiles:   []issuer.Profile{{Name: "debit", Method: pinverify.VisaPVV{Index: 1}, MethodKey: "pvk", Reveal: true}},
		StorageKey: "storage", Vault: vault,
	})
	if err != nil {
		return err
	}
	defer service.Close()

	pan, err := pinblock.ParsePAN("5432101234567891")
	if err != nil {
		return err
	}
	by := issuer.Request{Actor: "example"}
	card, err := service.Register(ctx, issuer.Registration{PAN: pan, Product: "debit"}, by)
	if err != nil {
		return err
	}
	fmt.Println("registered, with", card.RemainingTries, "tries")

	zone := hsm.PINKey{Key: "zpk", Format: pinblock.ISO0}
	block, _, err := service.Reveal(ctx, card.Token, zone, by)
	if err != nil {
		return err
	}
	right, err := service.VerifyPIN(ctx, card.Token, issuer.PINBlock{Block: block, Key: zone}, by)
	if err != nil {
		return err
	}
	fmt.Println("right PIN:", right.Result)

	// A new PIN is drawn: the block of the old one is wrong now. (Of 10,000 PINs some
	// share a PVV, so another is drawn where chance has it so.)
	for wrong := right; ; {
		if _, err = service.GeneratePIN(ctx, card.Token, by); err != nil {
			return err
		}
		if wrong, err = service.VerifyPIN(ctx, card.Token, issuer.PINBlock{Block: block, Key: zone}, by); err != nil {
			return err
		}
		if wrong.Result == issuer.WrongPIN {
			fmt.Printf("wrong PIN: %s, %d tries left\n", wrong.Result, wrong.RemainingTries)
			return nil
		}
	}
}
