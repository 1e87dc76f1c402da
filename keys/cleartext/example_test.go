package cleartext_test

import (
	"fmt"
	"log"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

func ExampleParseTDES() {
	zpk, err := cleartext.ParseTDES("0123456789ABCDEFFEDCBA9876543210", keys.UsagePIN)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(zpk, zpk.KCV())

	_, err = cleartext.ParseTDES("0123456789ABCDEF0123456789ABCDEF", keys.UsagePIN)
	fmt.Println(err)
	// Output:
	// [TDES2 key P0] 08D7B4
	// keys: weak key: single DES, TDES with equal parts, or all zeros
}

// A key that is refused can still be identified.
func ExampleKCV() {
	raw := []byte{0x13, 0x34, 0x57, 0x79, 0x13, 0x34, 0x57, 0x79, 0x13, 0x34, 0x57, 0x79, 0x13, 0x34, 0x57, 0x79}
	fmt.Println(cleartext.KCV(raw, keys.TDESECBZero, nil, 6))
	// Output: 6FB1C8 <nil>
}
