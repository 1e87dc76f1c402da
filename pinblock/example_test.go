package pinblock_test

import (
	"context"
	"fmt"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
)

// A PIN is sealed under one zone key, translated to another and another format,
// and never seen.
func ExampleTranslate() {
	ctx := context.Background()
	acquirer, _ := keys.Generate(keys.TDES2, keys.UsagePIN)
	issuer, _ := keys.Generate(keys.AES128, keys.UsagePIN)
	pin, _ := pinblock.ParsePIN("1234")
	pan, _ := pinblock.ParsePAN("4111111111111111")

	in, _ := pinblock.Seal(ctx, nil, acquirer, pinblock.ISO0, pin, pan)
	out, err := pinblock.Translate(ctx, nil, in, pan,
		pinblock.Source{Key: acquirer, Format: pinblock.ISO0},
		pinblock.Target{Key: issuer, Format: pinblock.ISO4})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%v %v: %d bytes in, %d bytes out\n", pan, pin, len(in), len(out))
	// Output: 411111******1111 [PIN]: 8 bytes in, 16 bytes out
}

// Format names are those of every vendor; names that mean two layouts are refused.
func ExampleParseFormat() {
	f, _ := pinblock.ParseFormat("ISO_FORMAT_0")
	fmt.Println(f, f.BlockSize(), f.BindsPAN())
	_, err := pinblock.ParseFormat("docutel")
	fmt.Println(err != nil)
	// Output:
	// ISO-0 8 true
	// true
}
