package explain_test

import (
	"encoding/json"
	"fmt"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys"
)

// An explanation is data: as JSON a page draws it, as text a terminal shows it.
func ExampleExplanation() {
	x, err := explain.KCV([]byte{0x13, 0x34, 0x57, 0x79, 0x9B, 0xBC, 0xDF, 0xF1}, keys.TDESECBZero)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(x.Title)
	for _, s := range x.Steps {
		fmt.Println("-", s.Title)
	}
	for _, a := range x.Answer {
		fmt.Println(a.Name, a.Value)
	}
	text, err := json.Marshal(x)
	fmt.Println(len(text) > 0, err)
	// Output:
	// Check values of a key
	// - Look at the key
	// - Parity of each byte, if it is a key of DES
	// - tdes-ecb-zero
	// tdes-ecb-zero 948A43
	// true <nil>
}
