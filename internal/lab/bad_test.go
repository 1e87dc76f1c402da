package lab_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/lab"
)

// TestBadInput types nonsense into every field of every example, one at a time. Where
// the field means something the nonsense is a problem beside it, and of no other.
func TestBadInput(t *testing.T) {
	t.Parallel()
	nonsense := map[lab.Input][]string{
		lab.Hex:    {"nonsense", "0x12", "12-34", strings.Repeat("0", 13000), "ÄÖ", "\x00\xff"},
		lab.Digits: {"nonsense", "-1", "1.5", "999999999999999999999999", strings.Repeat("1", 13000), "١٢٣٤"},
		lab.Lines:  {"nonsense", "0123\nnonsense", "\x00", strings.Repeat("1", 13000)},
		lab.Line:   {"nonsense", "B", "\x00\xff", strings.Repeat("B", 13000)},
		lab.Choose: {"nonsense", "\x00"},
		lab.Tick:   {"no", "true"},
	}
	for _, p := range lab.Panels() {
		wrong := map[string]bool{}
		for _, e := range p.Examples {
			for _, f := range p.Fields {
				for _, bad := range nonsense[f.Kind] {
					a, err := lab.Ask(t.Context(), p.Name, with(e.Values, f.Name, bad))
					require.NoError(t, err)
					id := p.Name + ": " + f.Name + " in " + e.Name
					checkAnswer(t, id, a)
					for name, what := range a.Problems {
						require.NotContains(t, what, "nonsense", id)
						if f.Kind != lab.Choose { // without a format nothing else makes sense
							require.Equal(t, f.Name, name, "%s: %s", id, what)
						}
						wrong[name] = true
					}
				}
			}
		}
		for _, f := range p.Fields {
			if f.Kind != lab.Tick && !settingsOfAFormat(f.Name) {
				require.True(t, wrong[f.Name], "%s: nothing is ever wrong with %s", p.Name, f.Name)
			}
		}
	}
}

// settingsOfAFormat reports whether a field belongs to formats that the examples do
// not all have.
func settingsOfAFormat(name string) bool {
	for _, s := range strings.Fields("pad seq extract pin-length pan-reading udk-a old-pin") {
		if strings.HasSuffix(name, s) {
			return true
		}
	}
	return false
}

// TestNothing: an empty panel says what is missing, beside fields.
func TestNothing(t *testing.T) {
	t.Parallel()
	for _, p := range lab.Panels() {
		a, err := lab.Ask(t.Context(), p.Name, nil)
		require.NoError(t, err)
		checkAnswer(t, p.Name, a)
		require.NotEmpty(t, a.Problems, p.Name)
		require.Empty(t, a.Problems[""], p.Name)
		require.Empty(t, a.Command, p.Name)
		require.Empty(t, a.Go, p.Name)
	}
}

// TestWords says beside which field something is wrong, and in which words.
func TestWords(t *testing.T) {
	t.Parallel()
	const key, aes = "0123456789ABCDEFFEDCBA9876543210", "00112233445566778899AABBCCDDEEFF"
	for _, c := range []struct {
		panel, field, says string
		values             lab.Values
	}{
		{"encode", "pin", "ISO-0 holds no other PIN", lab.Values{"pin": "123", "pan": "5432101234567891"}},
		{"encode", "pin", "too long", lab.Values{"pin": "1234" + strings.Repeat(" ", 13000), "pan": "5432101234567891"}},
		{"encode", "pan", "Give 13 to 19 digits", lab.Values{"pin": "1234", "pan": "543210123456"}},
		{"encode", "key", "AES key of 32", lab.Values{"format": "iso-4", "pin": "1234", "pan": "5432101234567891", "key": "0123456789ABCDEF"}},
		{"encode", "key", "is odd", lab.Values{"pin": "1234", "pan": "5432101234567891", "key": "123"}},
		{"encode", "key", "protect nothing", lab.Values{"pin": "1234", "pan": "5432101234567891", "key": strings.Repeat("0123456789ABCDEF", 2)}},
		{"encode", "fill", "Give 10 hex digits or more", lab.Values{"format": "iso-3", "pin": "1234", "pan": "5432101234567891", "fill": "AB"}},
		{"encode", "fill", "that ISO-3 allows", lab.Values{"format": "iso-3", "pin": "1234", "pan": "5432101234567891", "fill": "0123456789"}},
		{"encode", "pad", "Choose another pad digit", lab.Values{"format": "oem-1", "pad": "3", "extract": "pinlen", "pin-length": "4", "pin": "1234"}},
		{"encode", "extract", "fixed length", lab.Values{"format": "ibm-3624", "pad": "5", "pin": "1234"}},
		{"encode", "pad", "VISA-2 takes: 0 1 2 3 4 5 6 7 8 9", lab.Values{"format": "visa-2", "pad": "A", "pin": "1234"}},
		{"encode", "seq", "fewer hex digits", lab.Values{"format": "ibm-4704-epp", "seq": "123", "pin": "1234"}},
		{"encode", "pin-length", "Give 4 to 12", lab.Values{"format": "oem-1", "pad": "5", "extract": "pinlen", "pin": "1234"}},
		{"encode", "udk-a", "16 hex digits", lab.Values{"format": "visa-41", "pin": "1234"}},
		{"encode", "old-pin", "PIN that is replaced", lab.Values{"format": "visa-42", "pin": "1234", "udk-a": "0123456789ABCDEF"}},
		{"decode", "block", "32 hex digits", lab.Values{"format": "iso-4", "block": "041215FEDCBA9876", "pan": "5432101234567891"}},
		{"decode", "block", "Diagnose panel", lab.Values{"block": "041215FEDCBA9870", "pan": "5432101234567891"}},
		{"translate", "to-format", "4 to 6 digits of VISA-2", lab.Values{"block": "060233CF29278EC0", "pan": "4111111111111111",
			"from-format": "iso-0", "from-key": key, "to-format": "visa-2", "to-key": key}},
		{"verify", "pvki", "1 to 6", lab.Values{"pvk": key, "pan": "5432101234567891", "pin": "1234", "pvki": "7"}},
		{"verify", "pvki", "1 to 6", lab.Values{"pvk": key, "pan": "5432101234567891", "pin": "1234", "pvki": "0", "reference": "1234"}},
		{"verify", "reference", "four digits", lab.Values{"pvk": key, "pan": "5432101234567891", "pin": "1234", "reference": "123"}},
		{"verify", "pan", "too short", lab.Values{"pvk": key, "pan": "54321", "pin": "1234"}},
		{"verify", "decimalization-table", "easy to guess", lab.Values{"method": "ibm-3624", "pvk": key, "pan": "5432101234567891", "pin": "1234", "decimalization-table": "0000000011111111"}},
		{"verify", "check-length", "the 4 digits", lab.Values{"method": "ibm-3624", "pvk": key, "pan": "5432101234567891", "pin": "1234", "check-length": "6"}},
		{"verify", "length", "4 to 16", lab.Values{"method": "natural", "pvk": key, "pan": "5432101234567891", "length": "3"}},
		{"dukpt", "ksn", "16 to 20", lab.Values{"ksn": "0123", "key": key}},
		{"dukpt", "ksn", "only the initial key", lab.Values{"ksn": "FFFF9876543210E00000", "key": key}},
		{"dukpt", "ksn", "one bits", lab.Values{"ksn": "FFFF9876543210E007FF", "key": key}},
		{"dukpt", "key", "AES DUKPT", lab.Values{"ksn": "123456789012345600000001", "key": "0123"}},
		{"dukpt", "purpose", "PINs, MACs and data", lab.Values{"ksn": "FFFF9876543210E00001", "key": key, "purpose": "key-encryption"}},
		{"dukpt", "purpose", "the one you gave", lab.Values{"ksn": "FFFF9876543210E00001", "from": "ik", "key": key, "purpose": "initial"}},
		{"dukpt", "algorithm", "HMAC keys are for", lab.Values{"ksn": "123456789012345600000001", "key": aes, "purpose": "pin", "algorithm": "hmac128"}},
		{"dukpt", "algorithm", "stronger", lab.Values{"ksn": "123456789012345600000001", "key": aes, "purpose": "pin", "algorithm": "aes256"}},
		{"dukpt", "algorithm", "Choose another", lab.Values{"ksn": "123456789012345600000001", "key": aes, "purpose": "update", "algorithm": "hmac128"}},
		{"keyblock", "block", "character 0, counted from 0 (version)", lab.Values{"block": "F0016P0TE00N0000"}},
		{"keyblock", "kbpk", "AES key of 32", lab.Values{"block": "D0112P0AE00E0000" + strings.Repeat("0", 96), "kbpk": "0123456789ABCDEF"}},
		{"keyblock", "kbpk", "not authentic", lab.Values{"block": "D0112P0AE00E0000" + strings.Repeat("0", 96), "kbpk": aes}},
		{"components", "parts", "cancels out", lab.Values{"parts": key + "\n" + key}},
		{"components", "parts", "Line 2: Give it as many digits", lab.Values{"parts": key + "\n0123456789ABCDEF"}},
		{"components", "parts", "9 components or fewer", lab.Values{"parts": strings.Repeat(key+"\n", 10)}},
		{"components", "parts", "16, 32 or 48", lab.Values{"parts": "0123"}},
		{"components", "kcv-length", "4 to 16", lab.Values{"parts": key, "method": "tdes-ecb-zero", "kcv-length": "20"}},
		{"diagnose", "block", "Is a part missing", lab.Values{"block": "0123"}},
		{"diagnose", "keys", "Line 2", lab.Values{"block": "0011223344556677", "keys": key + "\n0123"}},
		{"diagnose", "pans", "4 lines or fewer", lab.Values{"block": "0011223344556677", "pans": strings.Repeat("5432101234567891\n", 9)}},
	} {
		a, err := lab.Ask(t.Context(), c.panel, c.values)
		require.NoError(t, err)
		checkAnswer(t, c.panel, a)
		require.Len(t, a.Problems, 1, "%s: want %s, got %v", c.panel, c.says, a.Problems)
		require.Contains(t, a.Problems[c.field], c.says, "%s: %v", c.panel, a.Problems)
		require.NotContains(t, a.Problems[c.field], key)
	}
}
