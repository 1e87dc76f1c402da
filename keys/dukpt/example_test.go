package dukpt_test

import (
	"context"
	"errors"
	"fmt"
	"log"

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
		log.Fatal(err)
	}
	ksn, err := dukpt.ParseKSN("FFFF9876543210E00001")
	if err != nil {
		log.Fatal(err)
	}
	key, err := dukpt.PINKey(bdk, ksn)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(key, "of transaction", ksn.Counter())

	pan, err := pinblock.ParsePAN("4012345678909")
	if err != nil {
		log.Fatal(err)
	}
	block := []byte{0x1B, 0x9C, 0x18, 0x45, 0xEB, 0x99, 0x3A, 0x7A}
	pin, err := pinblock.Open(context.Background(), key, pinblock.ISO0, block, pan)
	fmt.Println(pin, err)
	// Output:
	// [TDES2 key P0] of transaction 1
	// [PIN] <nil>
}

// Both sides: what the terminal seals, the host opens.
func ExampleTerminal() {
	ctx := context.Background()
	bdk, err1 := keys.Generate(keys.AES256, keys.UsageBDK)
	ksn, err2 := dukpt.ParseKSN("123456789012345600000000")
	ik, err3 := dukpt.InitialKey(bdk, ksn)
	terminal, err4 := dukpt.NewTerminal(ik, ksn)
	pin, err5 := pinblock.ParsePIN("1234")
	pan, err6 := pinblock.ParsePAN("4012345678909")
	if err := errors.Join(err1, err2, err3, err4, err5, err6); err != nil {
		log.Fatal(err)
	}

	for range 3 {
		tx, err := terminal.Next()
		if err != nil {
			log.Fatal(err) // ErrEndOfLife: it is time for another initial key
		}
		key, err := tx.PINKey()
		if err != nil {
			log.Fatal(err)
		}
		block, err := pinblock.Seal(ctx, nil, key, pinblock.ISO4, pin, pan)
		if err != nil {
			log.Fatal(err)
		}

		// The block and the KSN go to the host.
		key, err = dukpt.PINKey(bdk, tx.KSN())
		if err != nil {
			log.Fatal(err)
		}
		got, err := pinblock.Open(ctx, key, pinblock.ISO4, block, pan)
		fmt.Println(tx.KSN(), got.Equal(pin), err)
	}
	// Output:
	// 123456789012345600000001 true <nil>
	// 123456789012345600000002 true <nil>
	// 123456789012345600000003 true <nil>
}
