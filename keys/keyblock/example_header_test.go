package keyblock_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/keyblock"
)

// What a block says of its key is read before anybody asks for the protection key.
func ExampleParseHeader() {
	h, err := keyblock.ParseHeader("D0112P0AE00E0000B82679114F470F540165EDFBF7E250FCEA43F810D215F8D207E2E417C07156A27E8E31DA05F7425509593D03A457DC34")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("version %c, usage %s, algorithm %c, mode %c, exportability %c\n", h.Version, h.Usage, h.Algorithm, h.Mode, h.Exportability)

	_, err = keyblock.ParseHeader("D0112P0AE00E0000B826")
	fmt.Println("cut off:", errors.Is(err, keyblock.ErrHeader))
	// Output:
	// version D, usage P0, algorithm A, mode E, exportability E
	// cut off: true
}

// Optional blocks carry what else there is to say, under the same authenticator: here
// when the key was made, and its check value.
func ExampleOptionalBlock() {
	ctx := context.Background()
	kbpk, err1 := keys.Generate(keys.AES256, keys.UsageKBPK)
	zpk, err2 := keys.Generate(keys.AES128, keys.UsagePIN)
	made, err3 := keyblock.NewTC(time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC))
	kcv, err4 := keyblock.NewKC(keyblock.CheckValueOf(zpk))
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		log.Fatal(err)
	}
	block, err := keyblock.Wrap(ctx, kbpk, keyblock.Header{Version: 'D', Mode: 'B', Exportability: 'E',
		Optional: []keyblock.OptionalBlock{made, kcv}}, zpk)
	if err != nil {
		log.Fatal(err)
	}

	u, err := keyblock.Unwrap(ctx, kbpk, block)
	if err != nil {
		log.Fatal(err)
	}
	if b, ok := u.Header.Block("TC"); ok {
		when, err := b.Time()
		fmt.Println(when, err)
	}
	if b, ok := u.Header.Block("KC"); ok {
		value, err := b.CheckValue()
		fmt.Println(value == keyblock.CheckValueOf(zpk), err)
	}
	// Output:
	// 2026-03-04 05:06:07 +0000 UTC <nil>
	// true <nil>
}

// A receiver that has nothing newer: what is weak about it has to be said.
func ExampleAllowVariantBinding() {
	ctx := context.Background()
	kbpk, err1 := keys.Generate(keys.TDES2, keys.UsageKBPK)
	zpk, err2 := keys.Generate(keys.TDES2, keys.UsagePIN)
	if err := errors.Join(err1, err2); err != nil {
		log.Fatal(err)
	}
	h := keyblock.Header{Version: 'A', Mode: 'B', Exportability: 'N'}
	_, err := keyblock.Wrap(ctx, kbpk, h, zpk)
	fmt.Println("refused:", errors.Is(err, keyblock.ErrVariantBinding))

	block, err := keyblock.Wrap(ctx, kbpk, h, zpk, keyblock.AllowVariantBinding())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(block[:16])
	// Output:
	// refused: true
	// A0088P0TB00N0000
}
