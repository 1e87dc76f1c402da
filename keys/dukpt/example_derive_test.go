package dukpt_test

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"log"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
)

// What a terminal is loaded with: its initial key, of the BDK and of its serial number.
// The values are those of X9.24-1:2009 annex A.
func ExampleInitialKey() {
	bdk, err1 := cleartext.ParseTDES("0123456789ABCDEFFEDCBA9876543210", keys.UsageBDK)
	ksn, err2 := dukpt.ParseKSN("FFFF9876543210E00000")
	if err := errors.Join(err1, err2); err != nil {
		log.Fatal(err)
	}
	ik, err := dukpt.InitialKey(bdk, ksn)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(ik, cleartext.Hex(ik)) // a published key: never print a real one
	// Output: [TDES2 key B1] 6AC292FAA1315B4D858AB3A3D7D5933A
}

// AES DUKPT derives keys of its own for every purpose, of any algorithm that is no
// stronger than the BDK.
func ExampleWorkingKey() {
	bdk, err1 := cleartext.ParseAES("FEDCBA9876543210F1F1F1F1F1F1F1F1", keys.UsageBDK)
	ksn, err2 := dukpt.ParseKSN("123456789012345600000001")
	if err := errors.Join(err1, err2); err != nil {
		log.Fatal(err)
	}
	for _, p := range []dukpt.Purpose{dukpt.PIN, dukpt.MACRequest, dukpt.DataRequest} {
		key, err := dukpt.WorkingKey(bdk, ksn, p, keys.AES128)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(p, key, key.KCV())
	}
	_, err := dukpt.WorkingKey(bdk, ksn, dukpt.PIN, keys.AES256)
	fmt.Println("stronger:", !errors.Is(err, dukpt.ErrStrength))
	// Output:
	// pin [AES128 key P0] 98964F
	// mac-request [AES128 key M6] E7D8CD
	// data-request [AES128 key D0] 918115
	// stronger: false
}

// Blocks of many terminals, for one zone key. One of them has a KSN that no terminal sends.
func ExamplePINKeys() {
	bdk, err1 := keys.Generate(keys.TDES2, keys.UsageBDK)
	zpk, err2 := keys.Generate(keys.TDES2, keys.UsagePIN)
	pan, err3 := pinblock.ParsePAN("4111111111111111")
	pin, err4 := pinblock.ParsePIN("1234")
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		log.Fatal(err)
	}
	var ksns []dukpt.KSN
	var blocks pinblock.Column
	for _, text := range []string{"FFFF9876543210E00001", "FFFF9876543211000000", "FFFF9876543211200017"} {
		ksn, err := dukpt.ParseKSN(text)
		if err != nil {
			log.Fatal(err)
		}
		block := make([]byte, 8)
		if key, err := dukpt.PINKey(bdk, ksn); err == nil { // as the terminal does
			block, err = pinblock.Seal(context.Background(), nil, key, pinblock.ISO0, pin, pan)
			if err != nil {
				log.Fatal(err)
			}
		}
		ksns = append(ksns, ksn)
		blocks.Blocks, blocks.PANs = append(blocks.Blocks, block...), append(blocks.PANs, pan)
	}

	column, none, err := dukpt.PINKeys(bdk, ksns)
	if err != nil {
		log.Fatal(err)
	}
	defer column.Release()
	for _, f := range none {
		fmt.Println(f.Index, f.Err)
	}
	made, faults, err := pinblock.TranslateAll(context.Background(), nil, blocks,
		pinblock.Source{Key: column, Format: pinblock.ISO0}, pinblock.Target{Key: zpk, Format: pinblock.ISO0})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(made), "bytes,", len(faults), "fault")
	// Output:
	// 1 keys/dukpt: transaction counter is zero: that is no transaction
	// 24 bytes, 1 fault
}

// A request with a MAC: the host derives what it needs of the transaction at once.
func ExampleDerive() {
	bdk, err1 := keys.Generate(keys.AES128, keys.UsageBDK)
	ksn, err2 := dukpt.ParseKSN("123456789012345600000001")
	if err := errors.Join(err1, err2); err != nil {
		log.Fatal(err)
	}
	tx, err := dukpt.Derive(bdk, ksn)
	if err != nil {
		log.Fatal(err)
	}
	key, err := tx.MACKey(dukpt.MACRequest, keys.AES128)
	if err != nil {
		log.Fatal(err)
	}
	made, err1 := key.CMAC([]byte("0200…"))
	again, err2 := key.CMAC([]byte("0200…"))
	fmt.Println(tx.KSN(), len(made), "bytes", hmac.Equal(made, again), errors.Join(err1, err2))
	// Output: 123456789012345600000001 16 bytes true <nil>
}

// A KSN is public: the terminal's serial number and the transaction's.
func ExampleKSN() {
	ksn, err := dukpt.ParseKSN("FFFF9876543210E00001")
	if err != nil {
		log.Fatal(err)
	}
	id := ksn.InitialKeyID()
	fmt.Printf("AES: %v, initial key %X, transaction %d\n", ksn.IsAES(), id, ksn.Counter())
	next, err := ksn.Next()
	fmt.Println("then", next, err)

	none, err := dukpt.ParseKSN("FFFF9876543210E00000")
	fmt.Println(err, "no transaction:", errors.Is(none.Check(), dukpt.ErrCounterZero))
	// Output:
	// AES: false, initial key FFFF9876543210E0, transaction 1
	// then FFFF9876543210E00002 <nil>
	// <nil> no transaction: true
}
