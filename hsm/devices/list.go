package devices

import (
	"context"
	"errors"

	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/softhsm"
)

// Token is a token that a PKCS#11 library sees.
type Token struct {
	pkcs11.TokenInfo
	// URI opens the token with [Open]. It names no credential.
	URI string
}

// ErrNoModule is returned by [List] if no library was named and SoftHSM2 is not
// on this machine.
var ErrNoModule = errors.New("hsm/devices: no PKCS#11 library was named, and SoftHSM2 was not found")

// List returns the tokens that a PKCS#11 library sees, also those without a
// label that are not initialized, and the path of the library: the one named,
// or if that is empty SoftHSM2's. Nobody is logged in. Errors are [ErrNoModule] and
// those of [pkcs11.Tokens].
func List(ctx context.Context, modulePath string) (tokens []Token, module string, err error) {
	if err := ctx.Err(); err != nil {
		return nil, "", err
	}
	if modulePath == "" {
		if modulePath, err = softhsm.Find(); err != nil {
			return nil, "", ErrNoModule
		}
	}
	infos, err := pkcs11.Tokens(modulePath)
	if err != nil {
		return nil, modulePath, err
	}
	for _, i := range infos {
		t := Token{TokenInfo: i}
		if i.Initialized {
			t.URI = tokenURI(i, modulePath)
		}
		tokens = append(tokens, t)
	}
	return tokens, modulePath, nil
}

// tokenURI names a token by label and serial number, which outlive the slot.
func tokenURI(i pkcs11.TokenInfo, modulePath string) string {
	return pkcs11.URI{Token: i.Label, Serial: i.Serial, ModulePath: modulePath}.String()
}
