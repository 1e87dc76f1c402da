package pool_test

import (
	"context"
	"fmt"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pool"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
)

// Two devices with the same keys are one, and one of them may die.
func Example() {
	ctx := context.Background()
	east, west := soft.New(), soft.New() // pkcs11.Open opens HSMs
	p, err := pool.New([]pool.Member{
		{Name: "east", Device: east, Limit: 16},
		{Name: "west", Device: west, Limit: 16},
	}, pool.WithStateFunc(func(c pool.StateChange) { fmt.Println(c.Member, "is", c.State) }))
	if err != nil {
		fmt.Println(err)
		return
	}
	h := hsm.New(p)
	defer h.Close()

	zpk, err := keys.Generate(keys.TDES2, keys.UsagePIN)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = h.ImportKey(ctx, hsm.KeySpec{Label: "zpk"}, zpk) // into each
	fmt.Println("imported:", err == nil)

	_ = east.Close() // lightning
	for range 2 {
		_, err = h.GeneratePIN(ctx, hsm.Generation{To: hsm.PINKey{Key: "zpk", Format: pinblock.ISO1}})
		fmt.Println("drew a PIN:", err == nil)
	}
	// Output:
	// imported: true
	// east is ejected
	// drew a PIN: true
	// drew a PIN: true
}
