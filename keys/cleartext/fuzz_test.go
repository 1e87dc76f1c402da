package cleartext_test

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

// FuzzParseTDES: what is accepted is hex, comes out again as it went in, is of two
// or three different parts, and has the check value of its bytes. What is not
// accepted is one of four documented errors.
func FuzzParseTDES(f *testing.F) {
	for _, text := range []string{"", "0", double, triple, quad, strings.ToLower(double), double[:16],
		double[:16] + double[:16], triple[:32] + triple[:16], "00000000000000000000000000000000", "zz", double + " "} {
		f.Add(text, "P0")
	}
	f.Add(double, "")
	f.Fuzz(func(t *testing.T, text, usage string) {
		k, err := cleartext.ParseTDES(text, keys.Usage(usage))
		if err != nil {
			for _, known := range []error{cleartext.ErrHex, keys.ErrKeySize, keys.ErrWeak, keys.ErrUnknownUsage} {
				if errors.Is(err, known) {
					return
				}
			}
			t.Fatalf("undocumented error: %v", err)
		}
		if got := cleartext.Hex(k); got != strings.ToUpper(text) {
			t.Fatal("the key did not come out as it went in")
		}
		raw, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal("accepted what is not hex")
		}
		if n := len(raw); n != 16 && n != 24 || n != k.Algorithm().KeySize() {
			t.Fatalf("accepted %d bytes as %v", n, k.Algorithm())
		}
		odd := cleartext.OddParity(raw)
		if string(odd[:8]) == string(odd[8:16]) {
			t.Fatal("accepted single DES")
		}
		if kcv, err := cleartext.KCV(raw, keys.TDESECBZero, nil, 6); err != nil || kcv != k.KCV() {
			t.Fatalf("check values differ: %v", err)
		}
		same, err := cleartext.New(k.Algorithm(), k.Usage(), odd)
		if err != nil || same.KCV() != k.KCV() {
			t.Fatalf("parity changed the key: %v", err)
		}
	})
}
