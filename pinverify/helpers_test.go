package pinverify_test

import (
	"context"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
	"github.com/pinion-hsm/pinion/pinverify"
)

const (
	testKey = "0123456789ABCDEFFEDCBA9876543210"
	testPAN = "4111111111111111"
)

func mustKey(t testing.TB, text string, usage keys.Usage) keys.Key {
	t.Helper()
	k, err := cleartext.ParseTDES(text, usage)
	require.NoError(t, err)
	return k
}

func mustPIN(t testing.TB, text string) pinblock.PIN {
	t.Helper()
	pin, err := clear.PIN(text)
	require.NoError(t, err)
	return pin
}

func mustPAN(t testing.TB, text string) pinblock.PAN {
	t.Helper()
	pan, err := pinblock.ParsePAN(text)
	require.NoError(t, err)
	return pan
}

func mustTable(t testing.TB, text string) pinverify.Table {
	t.Helper()
	table, err := pinverify.ParseTable(text)
	require.NoError(t, err)
	return table
}

func mustValidation(t testing.TB, text string) pinverify.Validation {
	t.Helper()
	v, err := pinverify.FixedValidation(text)
	require.NoError(t, err)
	return v
}

// answer is a key whose cryptogram is known before.
type answer []byte

func mustAnswer(t testing.TB, text string) answer {
	t.Helper()
	b, err := hex.DecodeString(text)
	require.NoError(t, err)
	require.Len(t, b, 8)
	return b
}

func (a answer) BlockSize() int { return 8 }

func (a answer) Encrypt(_ context.Context, dst, _ []byte) error {
	copy(dst, a)
	return nil
}

// unusedKey is a key that must not be used.
type unusedKey struct{ t *testing.T }

func (k unusedKey) BlockSize() int { return 8 }

func (k unusedKey) Encrypt(context.Context, []byte, []byte) error {
	k.t.Error("the key was used")
	return nil
}

// changes returns every PIN that differs from pin in one digit.
func changes(pin string) []string {
	var out []string
	for i := range len(pin) {
		for d := byte('0'); d <= '9'; d++ {
			if d != pin[i] {
				out = append(out, pin[:i]+string(d)+pin[i+1:])
			}
		}
	}
	return out
}
