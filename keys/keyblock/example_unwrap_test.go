package keyblock_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/keyblock"
)

// The header is part of what is authentic: a block that says another usage than it
// was made with does not unwrap.
func ExampleUnwrap() {
	ctx := context.Background()
	kbpk, err := cleartext.ParseAES("88E1AB2A2E3DD38C1FA039A536500CC8A87AB9D62DC92C01058FA79F44657DE6", keys.UsageKBPK) // a test key
	if err != nil {
		log.Fatal(err)
	}
	block := "D0112P0AE00E0000B82679114F470F540165EDFBF7E250FCEA43F810D215F8D207E2E417C07156A27E8E31DA05F7425509593D03A457DC34"
	u, err := keyblock.Unwrap(ctx, kbpk, block)
	if err != nil {
		log.Fatal(err)
	}
	k, err := u.Key()
	fmt.Println(k, k.KCV(), err)

	_, err = keyblock.Unwrap(ctx, kbpk, "D0112P0AB"+block[9:])
	fmt.Println(errors.Is(err, keyblock.ErrMAC))
	// Output:
	// [AES128 key P0] 08793E <nil>
	// true
}
