package lab_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/lab"
)

// TestAskedFirst: of all keys of a transaction, the one that was asked for is the
// first, under its own name, and none is lost.
func TestAskedFirst(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ example, purpose, algorithm, name string }{
		{"TDES, PIN key", "pin", "", "PIN key"},
		{"TDES, PIN key", "mac-request", "", "MAC key, request"},
		{"TDES, PIN key", "mac-both", "", "MAC key, both directions"}, // the same key
		{"TDES, PIN key", "data-response", "", "data key, response"},
		{"TDES, PIN key", "transaction", "", "transaction key"},
		{"TDES from the initial key", "pin", "", "PIN key"},
		{"AES, PIN key", "pin", "tdes2", "PIN key"},
		{"AES, PIN key", "mac-both", "", "MAC key, both directions"},
		{"AES, HMAC key", "mac-both", "hmac128", "HMAC key of 128 bits, both directions"},
		{"AES, PIN key", "key-encryption", "", "key encryption key"},
		{"AES, PIN key", "transaction", "", "transaction key"},
		{"AES, PIN key", "update", "", "update key"},
		{"AES, PIN key", "initial", "", "initial key"},
	} {
		v := with(with(exampleOf(t, "dukpt", c.example), "purpose", c.purpose), "algorithm", c.algorithm)
		a, err := lab.Ask(t.Context(), "dukpt", v)
		require.NoError(t, err)
		require.Empty(t, a.Problems, c)
		first := a.Explanation.Answer[0]
		require.Equal(t, c.name, first.Name, c)
		require.Equal(t, a.Result, first.Value, c)
		names := map[string]bool{}
		for _, f := range a.Explanation.Answer {
			require.False(t, names[f.Name], "%s twice", f.Name)
			names[f.Name] = true
		}
		if c.purpose != "initial" && c.purpose != "update" {
			require.True(t, names["PIN key"] && names["MAC key, request"] && names["data key, both directions"], c)
		}
	}
}

// exampleOf returns the values of an example.
func exampleOf(t *testing.T, panel, name string) lab.Values {
	t.Helper()
	for _, p := range lab.Panels() {
		for _, e := range p.Examples {
			if p.Name == panel && e.Name == name {
				return e.Values
			}
		}
	}
	require.Fail(t, "no such example", name)
	return nil
}

// TestPastedKeyBlock: a block comes in lines and in groups. What is in a label stays.
func TestPastedKeyBlock(t *testing.T) {
	t.Parallel()
	v := exampleOf(t, "keyblock", "Version D, AES")
	want, err := lab.Ask(t.Context(), "keyblock", v)
	require.NoError(t, err)
	block := v["block"]
	var groups []string
	for rest := block; rest != ""; rest = rest[min(8, len(rest)):] {
		groups = append(groups, rest[:min(8, len(rest))])
	}
	for name, pasted := range map[string]string{
		"lines":            "  " + block[:60] + "\r\n  " + block[60:120] + " \n\n" + block[120:] + "\n",
		"groups":           strings.Join(groups, " "),
		"tabs and groups":  strings.Join(groups, "\t "),
		"a space of a log": block[:70] + " " + block[70:],
	} {
		got, err := lab.Ask(t.Context(), "keyblock", with(v, "block", pasted))
		require.NoError(t, err)
		require.Equal(t, want, got, name)
	}

	const header = "D0048P0AE00E0200LB10 a key of 1 PB10000000000000"
	got, err := lab.Ask(t.Context(), "keyblock", lab.Values{"block": header[:30] + "\n" + header[30:]})
	require.NoError(t, err)
	require.Empty(t, got.Problems)
	require.Contains(t, got.Result, "optional block LB  a key of 1 ")
}
