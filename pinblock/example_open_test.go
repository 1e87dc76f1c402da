package pinblock_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
)

// Random fill makes two blocks of one PIN and account, where the format has any. The
// blocks are appended to what there is.
func ExampleSeal() {
	ctx := context.Background()
	zpk, err1 := keys.Generate(keys.AES128, keys.UsagePIN)
	pin, err2 := pinblock.ParsePIN("1234")
	pan, err3 := pinblock.ParsePAN("4111111111111111")
	if err := errors.Join(err1, err2, err3); err != nil {
		log.Fatal(err)
	}
	var blocks []byte
	for range 2 {
		var err error
		if blocks, err = pinblock.Seal(ctx, blocks, zpk, pinblock.ISO4, pin, pan); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(len(blocks), "bytes, twice the same:", string(blocks[:16]) == string(blocks[16:]))

	_, err := pinblock.Seal(ctx, nil, zpk, pinblock.ISO0, pin, pan)
	fmt.Println(err)
	// Output:
	// 32 bytes, twice the same: false
	// pinblock: key does not fit the format: ISO-4 needs AES, every other format TDES
}

// What Seal enciphers, Open deciphers. A block that does not open says no more than
// that: whoever sends blocks must not learn from the answer.
func ExampleOpen() {
	ctx := context.Background()
	zpk, err1 := keys.Generate(keys.AES128, keys.UsagePIN)
	pin, err2 := pinblock.ParsePIN("1234")
	pan, err3 := pinblock.ParsePAN("4111111111111111")
	other, err4 := pinblock.ParsePAN("4111111111111129")
	block, err5 := pinblock.Seal(ctx, nil, zpk, pinblock.ISO4, pin, pan)
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		log.Fatal(err)
	}

	got, err := pinblock.Open(ctx, zpk, pinblock.ISO4, block, pan)
	fmt.Println(got, got.Equal(pin), err)

	_, err = pinblock.Open(ctx, zpk, pinblock.ISO4, block, other)
	fmt.Println(errors.Is(err, pinblock.ErrBlock))
	// Output:
	// [PIN] true <nil>
	// true
}
