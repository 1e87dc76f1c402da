package explain_test

import (
	"crypto/cipher"
	"crypto/des"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

const testPVKHex = "0123456789ABCDEFFEDCBA9876543210"

func testPVK(t testing.TB, u keys.Usage) keys.Key {
	t.Helper()
	key, err := cleartext.ParseTDES(testPVKHex, u)
	require.NoError(t, err)
	return key
}

// rowOf returns the first row of that name.
func rowOf(t testing.TB, x explain.Explanation, name string) explain.Row {
	t.Helper()
	for _, s := range x.Steps {
		for _, r := range s.Rows {
			if r.Name == name {
				return r
			}
		}
	}
	require.Fail(t, "no row "+name)
	return explain.Row{}
}

// wrongs returns the notes of what is marked as wrong.
func wrongs(x explain.Explanation) (notes []string) {
	for _, s := range x.Steps {
		for _, r := range s.Rows {
			for _, p := range r.Parts {
				if p.Kind == explain.Wrong {
					notes = append(notes, p.Note)
				}
			}
		}
		for _, f := range s.Facts {
			if f.Kind == explain.Wrong {
				notes = append(notes, f.Note)
			}
		}
	}
	return notes
}

// alphabets are the characters of a row of each unit.
var alphabets = map[explain.Unit]string{
	explain.Hex:    "0123456789ABCDEF",
	explain.Digits: "0123456789.",
	explain.Bits:   "01",
}

// requireSound checks what holds for every explanation: steps have titles, each
// character of a row is one of its unit and of some kind, JSON comes back as it went, and
// what it answers is in its text.
func requireSound(t testing.TB, x explain.Explanation) {
	t.Helper()
	require.NotEmpty(t, x.Title)
	for _, s := range x.Steps {
		require.NotEmpty(t, s.Title)
		for _, r := range s.Rows {
			require.NotEmpty(t, r.Name, s.Title)
			require.NotEmpty(t, r.Unit, r.Name)
			for _, p := range r.Parts {
				require.True(t, p.Kind != "" || r.Name == "data", "a part of row %s has no kind", r.Name)
				if letters, ok := alphabets[r.Unit]; ok {
					require.Empty(t, strings.Trim(p.Text, letters), "row %s is of %s", r.Name, r.Unit)
				}
			}
		}
	}
	raw, err := json.Marshal(x)
	require.NoError(t, err)
	var again explain.Explanation
	require.NoError(t, json.Unmarshal(raw, &again))
	require.Equal(t, x, again)
	text := x.Text()
	for _, f := range x.Answer {
		require.Contains(t, text, f.Value)
	}
}

func hexText(b []byte) string { return hex.EncodeToString(b) }

// singleDES is a cipher that the library has no keys for.
func singleDES(t testing.TB, key []byte) cipher.Block {
	t.Helper()
	b, err := des.NewCipher(key)
	require.NoError(t, err)
	return b
}
