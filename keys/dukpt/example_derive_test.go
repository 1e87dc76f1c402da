package dukpt_test

import (
	"crypto/hmac"
	"errors"
	"fmt"
	"log"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
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
