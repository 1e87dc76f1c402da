package pinverify_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

func ExampleVisaPVV() {
	// A test key. In production the key is one in an HSM.
	pvk, _ := cleartext.ParseTDES("C8199237EA5857BC40EF9DA2B5E96BBF", keys.UsageVisaPVV)
	pan, _ := pinblock.ParsePAN("5500000253210")
	pin, _ := pinblock.ParsePIN("1234")
	wrong, _ := pinblock.ParsePIN("1235")

	ctx := context.Background()
	method := pinverify.VisaPVV{Index: 1}
	pvv, _ := method.Reference(ctx, pvk, pin, pan)
	fmt.Printf("%s\n", pvv)
	fmt.Println(method.Verify(ctx, pvk, pin, pan, pvv))
	fmt.Println(errors.Is(method.Verify(ctx, pvk, wrong, pan, pvv), pinverify.ErrWrongPIN))
	// Output:
	// 4402
	// <nil>
	// true
}

func ExampleIBM3624() {
	pvk, _ := cleartext.ParseTDES("0123456789ABCDEFFEDCBA9876543210", keys.UsageIBM3624) // a test key
	pan, _ := pinblock.ParsePAN("4111111111111111")
	pin, _ := pinblock.ParsePIN("123456")

	ctx := context.Background()
	method := pinverify.IBM3624{
		Table:       pinverify.StandardTable(),
		Validation:  pinverify.ValidationFromPAN(4, 11, 0x0),
		CheckLength: pinverify.WholePIN,
	}
	offset, _ := method.Reference(ctx, pvk, pin, pan)
	fmt.Printf("%s\n", offset)
	fmt.Println(method.Verify(ctx, pvk, pin, pan, offset))

	method.CheckLength = 4 // only the last four digits
	offset, _ = method.Reference(ctx, pvk, pin, pan)
	fmt.Printf("%s\n", offset)
	// Output:
	// 906220
	// <nil>
	// 6220
}

func ExampleStoredBlock() {
	key, _ := keys.Generate(keys.AES256, keys.UsagePIN)
	pan, _ := pinblock.ParsePAN("4111111111111111")
	pin, _ := pinblock.ParsePIN("1234")
	wrong, _ := pinblock.ParsePIN("4321")

	ctx := context.Background()
	method := pinverify.StoredBlock{Format: pinblock.ISO4}
	block, _ := method.Reference(ctx, key, pin, pan)
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
