package pinverify_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// An IBM 3624 natural PIN is computed from the account. It comes as a PIN, which does
// not print: seal it for whoever prints the letter.
func ExampleIBM3624_Natural() {
	pvk, err1 := cleartext.ParseTDES("0123456789ABCDEFFEDCBA9876543210", keys.UsageIBM3624) // a test key
	pan, err2 := pinblock.ParsePAN("4111111111111111")
	if err := errors.Join(err1, err2); err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	method := pinverify.IBM3624{
		Table:       pinverify.StandardTable(),
		Validation:  pinverify.ValidationFromPAN(4, 11, 0x0),
		CheckLength: pinverify.WholePIN,
	}
	natural, err := method.Natural(ctx, pvk, pan, 4)
	if err != nil {
		log.Fatal(err)
	}
	offset, err := method.Reference(ctx, pvk, natural, pan)
	fmt.Printf("%v, offset %s, %v\n", natural, offset, err)
	// Output: [PIN], offset 0000, <nil>
}

// The other methods of IBM CCA have the same shape; an Interbank PIN has no reference.
func ExampleInterbank() {
	key, err1 := cleartext.ParseTDES("0123456789ABCDEFFEDCBA9876543210", keys.UsagePVKOther) // a test key
	pan, err2 := pinblock.ParsePAN("4111111111111111")
	if err := errors.Join(err1, err2); err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	method := pinverify.Interbank{Index: 1, ValidationDigits: "000"}
	pin, err := method.PIN(ctx, key, pan)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(pin, method.Verify(ctx, key, pin, pan, nil))
	// Output: [PIN] <nil>
}

// A German bank pool PIN never begins with 0, and its offset is added digit by digit.
func ExampleGBP() {
	key, err1 := cleartext.ParseTDES("0123456789ABCDEFFEDCBA9876543210", keys.UsagePVKOther) // a test key
	pan, err2 := pinblock.ParsePAN("4111111111111111")
	pin, err3 := pinblock.ParsePIN("1234")
	if err := errors.Join(err1, err2, err3); err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	method := pinverify.GBP{Table: pinverify.StandardTable(), Validation: pinverify.ValidationFromPAN(0, 16, 0x0)}
	offset, err := method.Reference(ctx, key, pin, pan)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s %v\n", offset, method.Verify(ctx, key, pin, pan, offset))
	// Output: 8394 <nil>
}

// An issuer's own list of PINs beside the common ones. Nobody can read it back.
func ExampleParseExclusions() {
	list, err1 := pinverify.ParseExclusions([]string{"2580", "197301"})
	pin, err2 := pinblock.ParsePIN("2580")
	if err := errors.Join(err1, err2); err != nil {
		log.Fatal(err)
	}
	rules := pinverify.Rules{MinLength: 4, MaxLength: 6, Excluded: list}
	fmt.Println(list, errors.Is(rules.Judge(pin, pinblock.PAN{}), pinverify.ErrWeakPIN))
	// Output: [excluded PINs] true
}

// Settings from a configuration are checked when it is read, not at the first PIN.
func ExampleMethod() {
	for _, m := range []pinverify.Method{pinverify.VisaPVV{Index: 1}, pinverify.VisaPVV{Index: 7}, pinverify.StoredBlock{Format: pinblock.ISO4}} {
		fmt.Println(m.Name(), m.Usages(), "right:", m.Check() == nil)
	}
	// Output:
	// visa-pvv [V2] right: true
	// visa-pvv [V2] right: false
	// stored-block [P0] right: true
}
