package keys_test

import (
	"context"
	"fmt"
	"log"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

// A key for a PIN verification method: it enciphers, and that is all.
func ExampleGenerate() {
	pvk, err := keys.Generate(keys.TDES2, keys.UsageVisaPVV)
	if err != nil {
		log.Fatal(err)
	}
	block := make([]byte, pvk.BlockSize())
	fmt.Println(pvk, len(pvk.KCV()))
	fmt.Println(pvk.Encrypt(context.Background(), block, block))
	fmt.Println(pvk.Decrypt(context.Background(), block, block))
	// Output:
	// [TDES2 key V2] 6
	// <nil>
	// keys: the key's usage does not allow this operation
}

// A key goes to another party in three parts, each with its check value.
func ExampleSplit() {
	kek, err := cleartext.ParseTDES("0123456789ABCDEFFEDCBA9876543210", keys.UsageKEK)
	if err != nil {
		log.Fatal(err)
	}
	parts, err := keys.Split(kek, 3)
	if err != nil {
		log.Fatal(err)
	}
	for _, part := range parts {
		fmt.Println(part, len(part.KCV()))
	}

	again, err := keys.Combine(keys.TDES2, keys.UsageKEK, keys.OddParity, parts...)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(again, again.KCV(), again.Equal(kek))
	// Output:
	// [TDES2 component] 6
	// [TDES2 component] 6
	// [TDES2 component] 6
	// [TDES2 key K0] 08D7B4 true
}
