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

func ExampleVisaPVV() {
	// A test key. In production the key is one in an HSM.
	pvk, err1 := cleartext.ParseTDES("C8199237EA5857BC40EF9DA2B5E96BBF", keys.UsageVisaPVV)
	pan, err2 := pinblock.ParsePAN("5500000253210")
	pin, err3 := pinblock.ParsePIN("1234")
	wrong, err4 := pinblock.ParsePIN("1235")
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		log.Fatal(err)
	}

	ctx := context.Background()
	method := pinverify.VisaPVV{Index: 1}
	pvv, err := method.Reference(ctx, pvk, pin, pan)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", pvv)
	fmt.Println(method.Verify(ctx, pvk, pin, pan, pvv))
	fmt.Println(errors.Is(method.Verify(ctx, pvk, wrong, pan, pvv), pinverify.ErrWrongPIN))
	// Output:
	// 4402
	// <nil>
	// true
}

func ExampleIBM3624() {
	pvk, err1 := cleartext.ParseTDES("0123456789ABCDEFFEDCBA9876543210", keys.UsageIBM3624) // a test key
	pan, err2 := pinblock.ParsePAN("4111111111111111")
	pin, err3 := pinblock.ParsePIN("123456")
	if err := errors.Join(err1, err2, err3); err != nil {
		log.Fatal(err)
	}

	ctx := context.Background()
	method := pinverify.IBM3624{
		Table:       pinverify.StandardTable(),
		Validation:  pinverify.ValidationFromPAN(4, 11, 0x0),
		CheckLength: pinverify.WholePIN,
	}
	offset, err := method.Reference(ctx, pvk, pin, pan)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", offset)
	fmt.Println(method.Verify(ctx, pvk, pin, pan, offset))

	method.CheckLength = 4 // only the last four digits
	offset, err = method.Reference(ctx, pvk, pin, pan)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", offset)
	// Output:
	// 906220
	// <nil>
	// 6220
}

func ExampleStoredBlock() {
	key, err1 := keys.Generate(keys.AES256, keys.UsagePIN)
	pan, err2 := pinblock.ParsePAN("4111111111111111")
	pin, err3 := pinblock.ParsePIN("1234")
	wrong, err4 := pinblock.ParsePIN("4321")
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		log.Fatal(err)
	}

	ctx := context.Background()
	method := pinverify.StoredBlock{Format: pinblock.ISO4}
	block, err := method.Reference(ctx, key, pin, pan)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(block), "bytes")
	fmt.Println(method.Verify(ctx, key, pin, pan, block))
	fmt.Println(method.Verify(ctx, key, wrong, pan, block))
	// Output:
	// 16 bytes
	// <nil>
	// pinverify: wrong PIN
}

func ExampleParseTable() {
	table, err := pinverify.ParseTable("8351296477461538")
	fmt.Println(table, err)

	_, err = pinverify.ParseTable("0000000000000000")
	fmt.Println(err)
	// Output:
	// [decimalization table] <nil>
	// pinverify: decimalization table is weak: it needs 8 different digits, and none more than four times
}
