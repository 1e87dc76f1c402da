package keys_test

import (
	"errors"
	"fmt"
	"log"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

// Two custodians bring a component each. The check value says whether both were typed
// right, and is compared with the one on the key's sheet.
func ExampleCombine() {
	one, err1 := cleartext.ParseComponent(keys.TDES2, "0123456789ABCDEFFEDCBA9876543210")
	two, err2 := cleartext.ParseComponent(keys.TDES2, "4CA2161637D0133E5E151AEA45DA2A16")
	if err := errors.Join(err1, err2); err != nil {
		log.Fatal(err)
	}
	fmt.Println(one.KCV(), two.KCV())

	kek, err := keys.Combine(keys.TDES2, keys.UsageKEK, keys.KeepParity, one, two)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(kek, kek.KCV())
	// Output:
	// 08D7B4 72A5D4
	// [TDES2 key K0] AB2CF6
}

// Check values of one key by the methods in use: which one a partner means is a matter
// of asking.
func ExampleKey_KCVWith() {
	key, err := cleartext.ParseAES("000102030405060708090A0B0C0D0E0F", keys.UsagePIN)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("the usual one:", key.KCV())
	for _, m := range []keys.KCVMethod{keys.AESCMACZero, keys.AESECBZero} {
		kcv, err := key.KCVWith(m, 10)
		fmt.Println(m, kcv, err)
	}
	// Output:
	// the usual one: BE7ED6
	// aes-cmac-zero BE7ED6AE78 <nil>
	// aes-ecb-zero C6A13B3787 <nil>
}

// Usages and algorithms have names, for configurations and commands.
func ExampleParseUsage() {
	usage, err1 := keys.ParseUsage("P0")
	algorithm, err2 := keys.ParseAlgorithm("aes-256")
	if err := errors.Join(err1, err2); err != nil {
		log.Fatal(err)
	}
	fmt.Println(usage, usage.Description())
	fmt.Println(algorithm, algorithm.KeySize(), "bytes, blocks of", algorithm.BlockSize())
	// Output:
	// P0 PIN encryption key (ZPK, TPK)
	// AES256 32 bytes, blocks of 16
}
