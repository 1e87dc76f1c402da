package explain_test

import (
	"context"
	"fmt"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

func ExampleEncode() {
	pin, _ := clear.PIN("1234")
	pan, _ := pinblock.ParsePAN("5432101234567891")
	x, err := explain.Encode(pinblock.ISO0, pin, pan, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(x.Text())
	// Output:
	// Encode a PIN as ISO-0
	//
	// 1. Write the PIN field
	//    ISO-0: ISO 9564-1:2017 9.3.2.
	//      PIN field  041234FFFFFFFFFF
	//                 ^ control nibble
	//                  ^ PIN length 4
	//                   ^^^^ PIN
	//                       ^^^^^^^^^^ fill F
	//
	// 2. Take the PAN field
	//    Four zeros and the 12 rightmost digits of the PAN without its check digit.
	//      PAN              5432101234567891
	//                       ^^^ not used
	//                          ^^^^^^^^^^^^ 12 digits of the PAN
	//                                      ^ check digit, not used
	//      take: PAN field  0000210123456789
	//                       ^^^^ zeros
	//                           ^^^^^^^^^^^^ PAN
	//
	// 3. Combine them
	//    Exclusive or, nibble by nibble.
	//      PIN field   041234FFFFFFFFFF
	//      PAN field   0000210123456789
	//      xor: block  041215FEDCBA9876
	//                  ^ control nibble
	//                   ^ PIN length 4
	//                    ^^ PIN
	//                      ^^ PIN xor PAN
	//                        ^^^^^^^^^^ fill F xor PAN
	//
	// block  041215FEDCBA9876
}

// A block of another PAN: the explanation is there, and the error with it.
func ExampleDecode() {
	pan, _ := pinblock.ParsePAN("5432101234567891")
	x, err := explain.Decode(pinblock.ISO0, []byte{0x04, 0x12, 0x25, 0xee, 0xee, 0xee, 0xee, 0xee}, pan, nil)
	read := x.Steps[len(x.Steps)-1]
	fmt.Println(read.Rows[0].Value())
	for _, p := range read.Rows[0].Parts {
		fmt.Println(p.Text, p.Kind, p.Note)
	}
	fmt.Println(err)
	// Output:
	// 041204EFCDAB8967
	// 0 control control nibble
	// 4 length PIN length 4
	// 1204 pin PIN
	// E wrong fill must be F
	// F fill fill F
	// CDAB8967 wrong fill must be F
	// pinblock/clear: a fill nibble is not one the format allows
}

// The rows of ISO-4 are a flow: each says what is done with the one above.
func ExampleSeal() {
	key, _ := cleartext.ParseAES("00112233445566778899AABBCCDDEEFF", keys.UsagePIN)
	pin, _ := clear.PIN("1234")
	pan, _ := pinblock.ParsePAN("5432101234567891")
	x, err := explain.Seal(context.Background(), key, pinblock.ISO4, pin, pan, &clear.Options{Fill: "0123456789ABCDEF"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range x.Steps[len(x.Steps)-1].Rows {
		fmt.Printf("%-20s  %-8s  %s\n", r.Name, r.Op, r.Value())
	}
	// Output:
	// PIN field                       441234AAAAAAAAAA0123456789ABCDEF
	// intermediate block A  encipher  CE4CF13804091B324930E585AAAAC994
	// PAN field                       45432101234567891000000000000000
	// intermediate block B  xor       8B0FD039274C7CBB5930E585AAAAC994
	// block                 encipher  481FF03F4DA7826426F30BF22D9C80F4
}

func ExampleOpen() {
	key, _ := cleartext.ParseTDES("0123456789ABCDEFFEDCBA9876543210", keys.UsagePIN)
	pan, _ := pinblock.ParsePAN("5432101234567891")
	block := []byte{0xba, 0x2a, 0xdc, 0x4e, 0xba, 0x48, 0xf7, 0x11}
	x, err := explain.Open(context.Background(), key, pinblock.ISO0, block, pan, nil)
	fmt.Println(x.Answer[0].Value, err)
	// Output: 1234 <nil>
}

func ExampleTranslate() {
	tdes, _ := cleartext.ParseTDES("0123456789ABCDEFFEDCBA9876543210", keys.UsagePIN)
	aes, _ := cleartext.ParseAES("00112233445566778899AABBCCDDEEFF", keys.UsagePIN)
	pan, _ := pinblock.ParsePAN("5432101234567891")
	block := []byte{0xba, 0x2a, 0xdc, 0x4e, 0xba, 0x48, 0xf7, 0x11}
	x, err := explain.Translate(context.Background(), block, pan,
		explain.Leg{Key: tdes, Format: pinblock.ISO0}, explain.Leg{Key: aes, Format: pinblock.ISO4})
	for _, s := range x.Steps {
		fmt.Println(s.Title)
	}
	fmt.Println(x.Answer[0].Name, len(x.Answer[0].Value), err)
	// Output:
	// Ask whether it is allowed
	// Incoming block: decipher the block
	// Incoming block: take the PAN field
	// Incoming block: take the PIN field out of it
	// Incoming block: read the PIN field
	// New block: write the PIN field
	// New block: write the PAN field
	// New block: encipher, combine, encipher again
	// block 32 <nil>
}
