package keyblock_test

import (
	"context"
	"fmt"
	"log"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/keyblock"
)

// A PIN key goes to a partner, under the protection key they share.
func ExampleWrap() {
	ctx := context.Background()
	kbpk, err := keys.Generate(keys.AES256, keys.UsageKBPK)
	if err != nil {
		log.Fatal(err)
	}
	zpk, err := keys.Generate(keys.TDES2, keys.UsagePIN)
	if err != nil {
		log.Fatal(err)
	}
	block, err := keyblock.Wrap(ctx, kbpk, keyblock.Header{Version: 'D', Mode: 'B', Exportability: 'N'}, zpk)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(block[:16], len(block))

	u, err := keyblock.Unwrap(ctx, kbpk, block)
	if err != nil {
		log.Fatal(err)
	}
	got, err := u.Key()
	fmt.Println(got, got.Equal(zpk), err)
	// Output:
	// D0112P0TB00N0000 112
	// [TDES2 key P0] true <nil>
}

// Without a key everything but the key can be read.
func ExampleExplain() {
	h, err := keyblock.ParseHeader("B0104B0TX12S0100KS1800604B120F9292800000BB68BE8680A400D9191AD4ECE45B6E6C0D21C4738A52190E248719E24B433627")
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range keyblock.Explain(h) {
		fmt.Printf("%-18s %-20s %s\n", f.Name, f.Value, f.Meaning)
	}
	// Output:
	// version            B                    TDES, key derivation binding
	// length             0104                 characters
	// usage              B0                   base derivation key (BDK)
	// algorithm          T                    TDES
	// mode of use        X                    derive keys
	// key version        12                   version of the key
	// exportability      S                    sensitive: exportable under a key that is in no key block
	// optional blocks    01                   how many follow
	// key context        0                    that of the wrapping key
	// reserved           0                    always 0
	// optional block KS  00604B120F9292800000 initial key serial number of TDES DUKPT
	// enciphered key     24 bytes             room for a key of 22
	// authenticator      8 bytes              over the header and the key
}

func ExampleHeader_Check() {
	h, err := keyblock.ParseHeader("D0112P0TC00N0000") // a PIN key that makes MACs
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(h.Check())
	// Output: keys/keyblock: header is not as X9.143 has it: mode of use (character 8, counted from 0): the usage does not go with it
}
