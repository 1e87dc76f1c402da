package dukpt_test

import (
	"context"
	"encoding/hex"
	"fmt"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
)

// The host's side, with the values of X9.24-1:2009 annex A: a PIN block comes with
// its KSN, and the BDK is that of the terminal's owner.
func Example() {
	bdk, err := cleartext.Parse(keys.TDES2, keys.UsageBDK, "0123456789ABCDEFFEDCBA9876543210")
	if err != nil {
		fmt.Println(err)
		return
	}
	ksn, err := dukpt.ParseKSN("FFFF9876543210E00001")
	if err != nil {
		fmt.Println(err)
		return
	}
	key, err := dukpt.PINKey(bdk, ksn)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(key, "of transaction", ksn.Counter())

	pan, _ := pinblock.ParsePAN("4012345678909")
	block, _ := hex.DecodeString("1B9C1845EB993A7A")
	pin, err := pinblock.Open(context.Background(), key, pinblock.ISO0, block, pan)
	fmt.Println(pin, err)
	// Output:
	// [TDES2 key P0] of transaction 1
	// [PIN] <nil>
}

// Both sides: what the terminal seals, the host opens.
func ExampleTerminal() {
	ctx := context.Background()
	bdk, _ := keys.Generate(keys.AES256, keys.UsageBDK)
	ksn, _ := dukpt.ParseKSN("123456789012345600000000")
	ik, _ := dukpt.InitialKey(bdk, ksn)
	terminal, err := dukpt.NewTerminal(ik, ksn)
	if err != nil {
		fmt.Println(err)
		return
	}

	pin, _ := pinblock.ParsePIN("1234")
	pan, _ := pinblock.ParsePAN("4012345678909")
	for range 3 {
		tx, err := terminal.Next()
		if err != nil {
			fmt.Println(err) // ErrEndOfLife: it is time for another initial key
			return
		}
		key, _ := tx.PINKey()
		block, _ := pinblock.Seal(ctx, nil, key, pinblock.ISO4, pin, pan)

		// The block and the KSN go to the host.
		key, _ = dukpt.PINKey(bdk, tx.KSN())
		got, err := pinblock.Open(ctx, key, pinblock.ISO4, block, pan)
		fmt.Println(tx.KSN(), got.Equal(pin), err)
	}
	// Output:
	// 123456789012345600000001 true <nil>
	// 123456789012345600000002 true <nil>
	// 123456789012345600000003 true <nil>
}
