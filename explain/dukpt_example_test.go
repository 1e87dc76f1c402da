package explain_test

import (
	"fmt"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// The third transaction of the published tables, X9.24-1:2009 annex A.
func ExampleDUKPT() {
	bdk, _ := cleartext.ParseTDES("0123456789ABCDEFFEDCBA9876543210", keys.UsageBDK)
	ksn, _ := dukpt.ParseKSN("FFFF9876543210E00003")
	x, err := explain.DUKPT(bdk, ksn, keys.TDES2, dukpt.PIN)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range x.Steps {
		fmt.Println(s.Title)
		for n := s.Tree; n != nil; n = onPath(n) {
			fmt.Println("  ", n.Name, n.Value)
		}
	}
	fmt.Println(x.Answer[1].Name, x.Answer[1].Value)
	// Output:
	// Read the key serial number
	// Read it bit by bit
	// Derive the initial key
	// Go down the tree to the transaction key
	//    BDK 0123456789ABCDEFFEDCBA9876543210
	//    initial key 6AC292FAA1315B4D858AB3A3D7D5933A
	//    counter 000002 C46551CEF9FD24B0AA9AD834130D3BC7
	//    counter 000003 0DF3D9422ACA56E547676D07AD6BADFA
	// Make the transaction key of the key above it
	// Make the PIN key
	// PIN key 0DF3D9422ACA561A47676D07AD6BAD05
}

// onPath is the child of a node that leads to the answer.
func onPath(n *explain.Node) *explain.Node {
	for i := range n.Children {
		if n.Children[i].OnPath {
			return &n.Children[i]
		}
	}
	return nil
}

func ExampleDUKPTInitialKey() {
	bdk, _ := cleartext.ParseAES("FEDCBA9876543210F1F1F1F1F1F1F1F1", keys.UsageBDK)
	ksn, _ := dukpt.ParseKSN("123456789012345600000000")
	x, err := explain.DUKPTInitialKey(bdk, ksn)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range x.Steps[1].Rows {
		fmt.Printf("%-15s %s\n", r.Name, r.Value())
	}
	// Output:
	// BDK             FEDCBA9876543210F1F1F1F1F1F1F1F1
	// derivation data 01018001000200801234567890123456
	// initial key     1273671EA26AC29AFA4D1084127652A1
}

func ExampleDUKPTUpdateKey() {
	bdk, _ := cleartext.ParseAES("FEDCBA9876543210F1F1F1F1F1F1F1F1", keys.UsageBDK)
	ksn, _ := dukpt.ParseKSN("123456789012345600000000")
	x, err := explain.DUKPTUpdateKey(bdk, ksn, keys.AES128)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(x.Answer[1].Name, x.Answer[1].Value)
	// Output: update key 9A9770AEE1ACD1B13473D0463A1883B9
}
