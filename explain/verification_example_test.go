package explain_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
	"github.com/pinion-hsm/pinion/pinverify"
)

// cardholder is the account of the examples.
func cardholder(u keys.Usage) (keys.Key, pinblock.PIN, pinblock.PAN) {
	pvk, err1 := cleartext.ParseTDES("0123456789ABCDEFFEDCBA9876543210", u)
	pin, err2 := clear.PIN("1234")
	pan, err3 := pinblock.ParsePAN("5432101234567891")
	if err := errors.Join(err1, err2, err3); err != nil {
		log.Fatal(err)
	}
	return pvk, pin, pan
}

// table0 is the method of the examples: the usual table, and twelve digits of the PAN.
func table0() pinverify.IBM3624 {
	return pinverify.IBM3624{Table: pinverify.StandardTable(), Validation: pinverify.ValidationFromPAN(0, 12, 0xf)}
}

func ExamplePVV() {
	pvk, pin, pan := cardholder(keys.UsageVisaPVV)
	x, err := explain.PVV(context.Background(), pvk, pinverify.VisaPVV{Index: 1}, pin, pan)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(x.Text())
	// Output:
	// Visa PVV of a PIN
	//
	// 1. Choose the digits
	//    The 11 rightmost digits of the PAN without its check digit, the index of the key, and the first four digits of the PIN.
	//      PAN   5432101234567891
	//            ^^^^ not used
	//                ^^^^^^^^^^^ 11 rightmost digits without the check digit
	//                           ^ check digit, not used
	//      PVKI  1
	//            ^ PIN verification key index
	//      PIN   1234
	//            ^^^^ first four digits
	//
	// 2. Put them in a row: the transformed security parameter
	//    The 16 digits are one block, a nibble each. IBM CCA, "VISA PIN validation value".
	//      security parameter  1012345678911234
	//                          ^^^^^^^^^^^ PAN, 11 digits
	//                                     ^ PVKI
	//                                      ^^^^ PIN, 4 digits
	//
	// 3. Encipher it
	//    One block of TDES under the PIN verification key (PVK).
	//      security parameter                1012345678911234
	//      encipher (TDES, PVK): cryptogram  6A77E65CFE349D60
	//      PVK  TDES2  KCV 08D7B4
	//
	// 4. First scan: decimal digits
	//    From left to right, until there are four.
	//      cryptogram             6A77E65CFE349D60
	//                              ^  ^  ^^^   ^ A to F: passed over in the first scan
	//                                   ^   ^^^ ^^ not needed: there are four
	//      take (0 to 9): digits  6.77.6..........
	//                             ^ digit 1
	//                               ^ digit 2
	//                                ^ digit 3
	//                                  ^ digit 4
	//      found  6776  four: done
	//
	// PVV  6776
	//
	// Note: A PVV is not a PIN, and other PINs can have the same one.
}

func ExampleNaturalPIN() {
	pvk, _, pan := cardholder(keys.UsageIBM3624)
	x, err := explain.NaturalPIN(context.Background(), pvk, table0(), pan, 4)
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range x.Steps {
		for _, r := range s.Rows {
			fmt.Printf("%-15s %s\n", r.Name, r.Value())
		}
	}
	// Output:
	// PAN             5432101234567891
	// validation data 543210123456FFFF
	// validation data 543210123456FFFF
	// cryptogram      CC257A7436F8F74B
	// nibble          0123456789ABCDEF
	// digit           0123456789012345
	// cryptogram      CC257A7436F8F74B
	// decimalized     2225707436585741
	// decimalized     2225707436585741
	// natural PIN     2225
}

func ExampleOffset() {
	pvk, pin, pan := cardholder(keys.UsageIBM3624)
	x, err := explain.Offset(context.Background(), pvk, table0(), pin, pan)
	if err != nil {
		log.Fatal(err)
	}
	last := x.Steps[len(x.Steps)-1]
	fmt.Println(last.Title)
	for _, r := range last.Rows {
		fmt.Printf("%-8s %-11s %s\n", r.Op, r.Name, r.Value())
	}
	// Output:
	// Subtract the natural PIN from the PIN
	//          PIN         1234
	//          natural PIN 2225
	// subtract offset      9019
}

// A wrong PIN is an error, and its explanation is as complete.
func ExampleVerify() {
	pvk, _, pan := cardholder(keys.UsageVisaPVV)
	pin, err := clear.PIN("1235")
	if err != nil {
		log.Fatal(err)
	}
	x, err := explain.Verify(context.Background(), pvk, pinverify.VisaPVV{Index: 1}, pin, pan, []byte("6776"))
	fmt.Println(err)
	for _, r := range x.Steps[len(x.Steps)-1].Rows {
		fmt.Printf("%-18s %s\n", r.Name, r.Value())
	}
	fmt.Println(x.Answer[0].Value)
	// Output:
	// pinverify: wrong PIN
	// PVV of the account 6776
	// PVV of the PIN     5820
	// wrong PIN
}

func ExampleKCV() {
	x, err := explain.KCV([]byte("0123456789abcdef"))
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range x.Answer {
		fmt.Println(f.Value, f.Name)
	}
	// Output:
	// 761FD0 tdes-ecb-zero
	// D40A83 aes-cmac-zero
	// 0B9B15 aes-ecb-zero
	// AF26EB tdes-cmac-zero
	// 31A89A tdes-cmac
	// ED6692 aes-cmac
	// 496DC9 hmac-sha256
}

func ExampleKCVOver() {
	x, err := explain.KCVOver([]byte("0123456789abcdef"), []byte("hello"), keys.HMACSHA256)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(x.Answer[0].Value)
	// Output:
	// 713BA2
}

func ExampleCombine() {
	var parts []keys.Component
	for _, text := range []string{"0123456789ABCDEFFEDCBA9876543210", "1032547698BADCFE67452301EFCDAB89"} {
		c, err := cleartext.ParseComponent(keys.TDES2, text)
		if err != nil {
			log.Fatal(err)
		}
		parts = append(parts, c)
	}
	x, err := explain.Combine(keys.TDES2, keys.OddParity, parts)
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range x.Steps[:2] {
		for _, r := range s.Rows {
			fmt.Printf("%-24s %s\n", r.Name, r.Value())
		}
	}
	// Output:
	// component 1, KCV 08D7B4  0123456789ABCDEFFEDCBA9876543210
	// component 2, KCV 7E6C15  1032547698BADCFE67452301EFCDAB89
	// key                      11111111111111119999999999999999
	// key                      11111111111111119999999999999999
	// with odd parity          10101010101010109898989898989898
}

func ExampleSplit() {
	key, _, _ := cardholder(keys.UsagePIN)
	parts, err := keys.Split(key, 3)
	if err != nil {
		log.Fatal(err)
	}
	x, err := explain.Split(key, parts)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(x.Steps[0].Rows[0].Value(), "is", len(x.Answer), "components")
	// Output: 0123456789ABCDEFFEDCBA9876543210 is 3 components
}
