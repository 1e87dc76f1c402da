package pinblock_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
)

// What Seal enciphers, Open deciphers. A block that does not open says no more than
// that: whoever sends blocks must not learn from the answer.
func ExampleOpen() {
	ctx := context.Background()
	zpk, _ := keys.Generate(keys.AES128, keys.UsagePIN)
	pin, _ := pinblock.ParsePIN("1234")
	pan, _ := pinblock.ParsePAN("4111111111111111")
	block, err := pinblock.Seal(ctx, nil, zpk, pinblock.ISO4, pin, pan)
	if err != nil {
		fmt.Println(err)
		return
	}
	got, err := pinblock.Open(ctx, zpk, pinblock.ISO4, block, pan)
	fmt.Println(got, got.Equal(pin), err)

	other, _ := pinblock.ParsePAN("4111111111111129")
	_, err = pinblock.Open(ctx, zpk, pinblock.ISO4, block, other)
	fmt.Println(errors.Is(err, pinblock.ErrBlock))
	// Output:
	// [PIN] true <nil>
	// true
}
