// Command dukpt compares the derivation of TDES DUKPT keys with
// github.com/moov-io/dukpt, in one run. bench/run builds it.
package main

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"

	"github.com/moov-io/dukpt/pkg/des"

	"github.com/pinion-hsm/pinion/bench/pair"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

const bdkText = "0123456789ABCDEFFEDCBA9876543210"

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "dukpt:", err)
		os.Exit(1)
	}
}

func run() error {
	// One, four and ten one bits in the counter: a step of the key tree each.
	for _, ksn := range []string{"FFFF9876543210E00001", "FFFF9876543210E0000F", "FFFF9876543210EFF800"} {
		if err := compare(ksn); err != nil {
			return err
		}
	}
	return nil
}

// compare has both go from the BDK to the key of a PIN block.
func compare(ksnText string) error {
	bdk, err := cleartext.ParseTDES(bdkText, keys.UsageBDK)
	if err != nil {
		return err
	}
	ksn, err := dukpt.ParseKSN(ksnText)
	if err != nil {
		return err
	}
	rawBDK, err := hex.DecodeString(bdkText)
	if err != nil {
		return err
	}
	ours, err := dukpt.PINKey(bdk, ksn)
	if err != nil {
		return err
	}
	theirs, err := peerPINKey(rawBDK, ksn.Bytes())
	if err != nil || !bytes.Equal(theirs, cleartext.Bytes(ours)) {
		return fmt.Errorf("%s: the two do not agree: %v", ksnText, err)
	}
	var failed error
	note := func(err error) {
		if err != nil {
			failed = err
		}
	}
	serial := ksn.Bytes()
	pair.Compare("derivation, KSN …"+ksnText[14:],
		pair.Side{F: func(n int) {
			for range n {
				_, err := dukpt.Derive(bdk, ksn)
				note(err)
			}
		}},
		pair.Side{F: func(n int) {
			for range n {
				ik, err := des.DerivationOfInitialKey(rawBDK, serial)
				note(err)
				_, err = des.DeriveCurrentTransactionKey(ik, serial)
				note(err)
			}
		}}).Print(os.Stdout, "pinion", "moov-io/dukpt")
	// Ours with the cipher of the key, ready for a PIN block.
	pair.Compare("PIN key, KSN …"+ksnText[14:],
		pair.Side{F: func(n int) {
			for range n {
				_, err := dukpt.PINKey(bdk, ksn)
				note(err)
			}
		}},
		pair.Side{F: func(n int) {
			for range n {
				_, err := peerPINKey(rawBDK, serial)
				note(err)
			}
		}}).Print(os.Stdout, "pinion", "moov-io/dukpt")
	return failed
}

// peerPINKey puts together what the peer leaves to its caller: it has no PIN key,
// so the variant is here. (It makes no cipher of the key, and ours does.)
func peerPINKey(bdk, ksn []byte) ([]byte, error) {
	ik, err := des.DerivationOfInitialKey(bdk, ksn)
	if err != nil {
		return nil, err
	}
	key, err := des.DeriveCurrentTransactionKey(ik, ksn)
	if err != nil {
		return nil, err
	}
	key[7] ^= 0xff
	key[15] ^= 0xff
	return key, nil
}
