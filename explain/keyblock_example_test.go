package explain_test

import (
	"context"
	"encoding/hex"
	"fmt"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys/keyblock"
)

func ExampleKeyBlock() {
	x, err := explain.KeyBlock(context.Background(), "D0112P0AG00N0000", nil)
	fmt.Print(x.Text())
	fmt.Println(err)
	// Output:
	// Key block of version D: AES, key derivation binding
	//
	// 1. Read the fields
	//    Everybody can read the header, X9.143 section 6.2 table 1. The authenticator binds it to the key.
	//      key block  D0112P0AG00N0000
	//                 ^ version: AES, key derivation binding
	//                  ^^^^ length of the block in characters
	//                      ^^ usage: PIN encryption key (ZPK, TPK)
	//                        ^ algorithm: AES
	//                         ^ mode of use: generate MACs or values; the usage does not go with it
	//                          ^^ key version: not used
	//                            ^ exportability: not exportable
	//                             ^^ number of optional blocks
	//                               ^ key context: that of the wrapping key
	//                                ^ reserved: always 0
	//      mode of use  the usage does not go with it  not as X9.143 has it
	//
	// holds  PIN encryption key (ZPK, TPK), AES; mode generate MACs or values; not exportable
	//
	// Note: This is a header alone: key and authenticator come behind it.
	//
	// Note: Whether the header is authentic takes the protection key (KBPK) to say.
	// <nil>
}

func ExampleWrap() {
	kbpk, _ := hex.DecodeString("00112233445566778899AABBCCDDEEFF")
	key, _ := hex.DecodeString("0123456789ABCDEFFEDCBA9876543210")
	padding, _ := hex.DecodeString("A0A1A2A3A4A5")
	h := keyblock.Header{Version: 'C', Usage: "P0", Algorithm: 'T', Mode: 'E', Exportability: 'N'}
	x, err := explain.Wrap(context.Background(), kbpk, h, key, padding, keyblock.AllowVariantBinding())
	for _, s := range x.Steps {
		fmt.Println(s.Title)
	}
	fmt.Println(x.Answer[0].Value, err)
	// Output:
	// Write the header
	// Put the length before the key, and padding behind it
	// Take the protection key
	// Make the KBEK
	// Make the KBAK
	// Encipher the key
	// Compute the authenticator
	// Put the three together
	// C0072P0TE00N0000D8A6C0A9654CBDB862F7F6E633D0B12791AFA0E6778BEAFD010EC262 <nil>
}
