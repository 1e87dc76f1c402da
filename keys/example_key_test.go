package keys_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"

	"github.com/pinion-hsm/pinion/keys"
)

// A key enciphers and has a check value. It does not print, marshal or compare with ==.
func Example() {
	zpk, err := keys.Generate(keys.AES128, keys.UsagePIN)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%v %x %+v\n", zpk, zpk, struct{ K keys.Key }{zpk})
	_, err = json.Marshal(zpk)
	fmt.Println("marshals:", err == nil)

	block := make([]byte, zpk.BlockSize())
	if err := zpk.Encrypt(context.Background(), block, block); err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(block), "bytes enciphered")
	// Output:
	// [AES128 key P0] [AES128 key P0] {K:[AES128 key P0]}
	// marshals: false
	// 16 bytes enciphered
}
