package httpapi

import (
	"encoding/json"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/pinblock"
)

// TestCombinations names every format with every kind of key, serial number and
// algorithm. Whatever does not go together is the client's mistake, never the
// service's. (A block that opens by chance, as one in seven does in ECI-2, is a
// wrong PIN.)
func TestCombinations(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token := r.card(pan, "default", "2468")
	kinds := map[string]int{}
	formats := []string{"iso-9", "ibm-3624:pad=x", "visa-4:seq=1", "oem-1:pad=0", "iso-4:pan=rightmost-12"}
	for _, f := range pinblock.Formats() {
		formats = append(formats, f.String())
	}
	for _, format := range formats {
		for _, key := range []string{"zpk", "bdk", "storage"} {
			for _, ksn := range []string{"", "FFFF9876543210E00001", "FFFF9876543210E", "123456789012345600000001", "FFFF9876543210E00000"} {
				for _, algorithm := range []string{"", "TDES2", "AES128", "AES256"} {
					to := f{"format": format, "key": key}
					if ksn != "" {
						to["ksn"] = ksn
					}
					if algorithm != "" {
						to["algorithm"] = algorithm
					}
					for _, block := range []string{"0011223344556677", "00112233445566770011223344556677"} {
						to["pinBlock"] = block
						kinds[r.combination(token, "verify", to)]++
					}
					delete(to, "pinBlock")
					kinds[r.combination(token, "reveal", f{"to": to})]++
				}
			}
		}
	}
	require.Subset(t, sortedKeys(kinds), []string{"invalid-request", "key-refused", "pin-block-refused", "pin-block-unreadable"})
}

// combination returns the kind of problem, "" for none.
func (r *rig) combination(token, verb string, body f) string {
	r.t.Helper()
	text, err := json.Marshal(body)
	require.NoError(r.t, err)
	a := r.send("POST", "/cards/"+token+"/pin/"+verb, string(text))
	require.Less(r.t, a.status, 500, "%s %s: %s", verb, text, a.body)
	return a.kind()
}

// TestManyAtOnce has as many wrong PINs answered as there are tries, and no more.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token := r.card(pan, "default", "2468")
	body := `{"pinBlock":"` + r.block("8642", pan) + `","format":"iso-0","key":"zpk"}`
	var mu sync.Mutex
	var wait sync.WaitGroup
	answers := map[int]int{}
	for range 200 {
		wait.Go(func() {
			a := r.send("POST", "/cards/"+token+"/pin/verify", body)
			mu.Lock()
			defer mu.Unlock()
			answers[a.status]++
		})
	}
	wait.Wait()
	require.Equal(t, map[int]int{http.StatusOK: 3, http.StatusForbidden: 197}, answers)
}
