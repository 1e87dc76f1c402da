package pinblock_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
)

// A PIN is sealed for its account, and opened again, under a key that is nobody's
// business here: it may be in memory, as this one is, or in an HSM.
func Example() {
	ctx := context.Background()
	zpk, err := keys.Generate(keys.TDES2, keys.UsagePIN)
	if err != nil {
		log.Fatal(err)
	}
	pin, err := pinblock.ParsePIN("1234") // what a terminal's keypad gives
	if err != nil {
		log.Fatal(err)
	}
	pan, err := pinblock.ParsePAN("4111111111111111")
	if err != nil {
		log.Fatal(err)
	}

	block, err := pinblock.Seal(ctx, nil, zpk, pinblock.ISO0, pin, pan)
	if err != nil {
		log.Fatal(err)
	}
	got, err := pinblock.Open(ctx, zpk, pinblock.ISO0, block, pan)
	fmt.Println(len(block), "bytes;", got, "of", pan, "is the same:", got.Equal(pin), err)
	// Output: 8 bytes; [PIN] of 411111******1111 is the same: true <nil>
}

// A PIN is sealed under one zone key, translated to another and another format,
// and never seen.
func ExampleTranslate() {
	ctx := context.Background()
	acquirer, err1 := keys.Generate(keys.TDES2, keys.UsagePIN)
	issuer, err2 := keys.Generate(keys.AES128, keys.UsagePIN)
	pin, err3 := pinblock.ParsePIN("1234")
	pan, err4 := pinblock.ParsePAN("4111111111111111")
	in, err5 := pinblock.Seal(ctx, nil, acquirer, pinblock.ISO0, pin, pan)
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		log.Fatal(err)
	}

	out, err := pinblock.Translate(ctx, nil, in, pan,
		pinblock.Source{Key: acquirer, Format: pinblock.ISO0},
		pinblock.Target{Key: issuer, Format: pinblock.ISO4})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%v %v: %d bytes in, %d bytes out\n", pan, pin, len(in), len(out))
	// Output: 411111******1111 [PIN]: 8 bytes in, 16 bytes out
}

// Blocks by the thousand lie one after the other, and so do the new ones. A bad block
// does not stop the others.
func ExampleTranslateAll() {
	ctx := context.Background()
	from, err1 := keys.Generate(keys.TDES2, keys.UsagePIN)
	to, err2 := keys.Generate(keys.TDES2, keys.UsagePIN)
	pin, err3 := pinblock.ParsePIN("1234")
	if err := errors.Join(err1, err2, err3); err != nil {
		log.Fatal(err)
	}
	var c pinblock.Column
	for _, digits := range []string{"4111111111111111", "5555555555554444", "378282246310005"} {
		pan, err := pinblock.ParsePAN(digits)
		if err != nil {
			log.Fatal(err)
		}
		c.PANs = append(c.PANs, pan)
		if c.Blocks, err = pinblock.Seal(ctx, c.Blocks, from, pinblock.ISO0, pin, pan); err != nil {
			log.Fatal(err)
		}
	}
	c.Blocks[8] ^= 1 // the second block is damaged

	blocks, faults, err := pinblock.TranslateAll(ctx, nil, c,
		pinblock.Source{Key: from, Format: pinblock.ISO0},
		pinblock.Target{Key: to, Format: pinblock.ISO3})
	if err != nil {
		log.Fatal(err) // of all of them: a key, a format
	}
	fmt.Println(len(blocks)/8, "blocks")
	for _, f := range faults {
		fmt.Println("block", f.Index, "is bad:", errors.Is(f.Err, pinblock.ErrBlock))
	}
	// Output:
	// 3 blocks
	// block 1 is bad: true
}
