package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
)

// zone returns the key that clients put PIN blocks under.
func (p *process) zone(t *testing.T) keys.Key {
	t.Helper()
	text, err := os.ReadFile(p.TestKeys)
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		if digits, ok := strings.CutPrefix(strings.TrimSpace(line), "zpk:P0:tdes:"); ok {
			k, err := cleartext.ParseTDES(digits, keys.UsagePIN)
			require.NoError(t, err)
			return k
		}
	}
	require.FailNow(t, "no zone key in the file of test keys")
	return keys.Key{}
}

// newPAN returns a PAN that no other call with another number returns.
func newPAN(n int64) string { return fmt.Sprintf("4000%012d", n) }

// sealed returns a PIN as members of a JSON object.
func (l *load) sealed(pin string, pan pinblock.PAN) string {
	return sealPIN(l.t, l.zone, pin, pan)
}

// sealPIN returns a PIN as a JSON object.
func sealPIN(t *testing.T, zone keys.Key, digits string, pan pinblock.PAN) string {
	pin, err := pinblock.ParsePIN(digits)
	if err != nil {
		panic(err) // digits are the test's own
	}
	block, err := pinblock.Seal(t.Context(), nil, zone, pinblock.ISO0, pin, pan)
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf(`{"pinBlock":"%X","format":"iso-0","key":"zpk"}`, block)
}

func parsePAN(digits string) pinblock.PAN {
	pan, err := pinblock.ParsePAN(digits)
	if err != nil {
		panic(err)
	}
	return pan
}
