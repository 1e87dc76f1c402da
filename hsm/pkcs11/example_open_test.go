//go:build cgo

package pkcs11_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/nss"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/softhsm"
)

// On a token that can wrap and derive, as NSS softokn can, PIN blocks are translated
// without the PIN leaving it: nothing has to be allowed.
func ExampleOpen() {
	token, err := nss.Temporary()
	if err != nil {
		log.Fatal(err)
	}
	defer token.Close()
	ctx := context.Background()
	device, err := pkcs11.Open(ctx, token.Config()) // an HSM: Config{URI: uri, Credential: ask}
	if err != nil {
		log.Fatal(err)
	}
	h := hsm.New(device)
	defer h.Close()
	for label, algorithm := range map[string]keys.Algorithm{"zpk1": keys.TDES2, "zpk2": keys.AES128} {
		if _, err := h.GenerateKey(ctx, hsm.KeySpec{Label: label, Algorithm: algorithm, Usage: keys.UsagePIN}); err != nil {
			log.Fatal(err)
		}
	}
	exposure, _ := device.Exposure(hsm.Work{Op: hsm.OpTranslate, From: pinblock.ISO0, To: pinblock.ISO4})
	fmt.Println("a translated PIN is", exposure)

	// No block that was ever made: it does not open, and nothing more is said.
	pan, err := pinblock.ParsePAN("4111111111111111")
	if err != nil {
		log.Fatal(err)
	}
	_, err = h.TranslatePIN(ctx, hsm.Translation{Block: make([]byte, 8), PAN: pan,
		From: hsm.PINKey{Key: "zpk1", Format: pinblock.ISO0}, To: hsm.PINKey{Key: "zpk2", Format: pinblock.ISO4}})
	fmt.Println("the block did not open:", errors.Is(err, hsm.ErrBlock))
	// Output:
	// a translated PIN is on-device
	// the block did not open: true
}

// What a token says and does, judged: the same report as pinion device doctor prints.
func ExampleDevice_Report() {
	token, err := softhsm.Temporary()
	if err != nil {
		log.Fatal(err)
	}
	defer token.Close()
	ctx := context.Background()
	device, err := pkcs11.Open(ctx, token.Config())
	if err != nil {
		log.Fatal(err)
	}
	defer device.Close()
	report, err := device.Report(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("TDES blocks stay on the token:", report.Abilities.TDES.OK)
	for _, f := range report.Findings {
		if f.Level == pkcs11.Danger {
			fmt.Println(f.Key, f.Text, f.Advice)
		}
	}
	// Output: TDES blocks stay on the token: false
}

// Every attribute that is not understood is refused: a condition that is not heeded
// might select another token.
func ExampleParseURI() {
	uri, err := pkcs11.ParseURI("pkcs11:token=issuer?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/run/secrets/credential")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(uri.Token, uri.ModulePath, uri.CredentialSource)

	_, err = pkcs11.ParseURI("pkcs11:token=issuer;colour=blue")
	fmt.Println("taken:", !errors.Is(err, pkcs11.ErrURI))
	// Output:
	// issuer /usr/lib/softhsm/libsofthsm2.so /run/secrets/credential
	// taken: false
}

// The tokens of a library, also the empty one that SoftHSM2 always has.
func ExampleTokens() {
	token, err := softhsm.Temporary()
	if err != nil {
		log.Fatal(err)
	}
	defer token.Close()
	tokens, err := pkcs11.Tokens(token.Config().URI.ModulePath)
	if err != nil {
		log.Fatal(err)
	}
	for _, t := range tokens {
		fmt.Printf("%q %v\n", t.Label, t.Initialized)
	}
	// Output:
	// "pinion" true
	// "" false
}
