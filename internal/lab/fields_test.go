package lab_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/lab"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// TestUses says for some values which fields are shown.
func TestUses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		panel  string
		values lab.Values
		uses   string
	}{
		{"encode", lab.Values{"format": "iso-0"}, "format pin pan key"},
		{"encode", lab.Values{"format": "iso-1"}, "format pin fill key"},
		{"encode", lab.Values{"format": "iso-2"}, "format pin key"},
		{"encode", lab.Values{"format": "iso-4"}, "format pan-reading pin pan fill key"},
		{"encode", lab.Values{"format": "ibm-3621"}, "format pad seq pin key"},
		{"encode", lab.Values{"format": "ibm-3624", "pad": "5"}, "format pad extract pin key"},
		{"encode", lab.Values{"format": "ibm-3624", "pad": "5", "extract": "pinlen"}, "format pad extract pin-length pin key"},
		{"encode", lab.Values{"format": "visa-42"}, "format pin udk-a old-pin key"},
		{"decode", lab.Values{"format": "ibm-3624"}, "block format pad extract key"},
		{"translate", lab.Values{"from-format": "iso-1", "to-format": "iso-2"}, "block from-format from-key to-format to-key"},
		{"translate", lab.Values{"from-format": "iso-1", "to-format": "iso-4"}, "block pan from-format from-key to-format to-pan-reading to-key fill"},
		{"verify", lab.Values{}, "method pvk pvki pan pin reference"},
		{"verify", lab.Values{"method": "natural", "validation": "data"}, "method pvk decimalization-table validation validation-data length"},
		{"dukpt", lab.Values{"ksn": "FFFF9876543210E00001"}, "ksn from key purpose"},
		{"dukpt", lab.Values{"ksn": "123456789012345600000001"}, "ksn from key purpose algorithm"},
		{"components", lab.Values{"parts": "0123456789ABCDEFFEDCBA9876543210"}, "parts method kcv-length"},
		{"components", lab.Values{"parts": "0123456789ABCDEFFEDCBA9876543210\n0123456789ABCDEFFEDCBA9876543210"}, "parts algorithm parity"},
	} {
		a, err := lab.Ask(t.Context(), c.panel, c.values)
		require.NoError(t, err)
		require.Equal(t, strings.Fields(c.uses), a.Uses, "%s %v", c.panel, c.values)
	}
}

// TestEveryFieldIsUsed: there is none that no values bring up.
func TestEveryFieldIsUsed(t *testing.T) {
	t.Parallel()
	for _, p := range lab.Panels() {
		used := map[string]bool{}
		note := func(v lab.Values) {
			a, err := lab.Ask(t.Context(), p.Name, v)
			require.NoError(t, err)
			for _, name := range a.Uses {
				used[name] = true
			}
		}
		for _, e := range p.Examples {
			note(e.Values)
			for _, f := range p.Fields {
				for _, c := range f.Choices {
					note(with(e.Values, f.Name, c.Value))
				}
			}
		}
		for _, prefix := range []string{"", "from-", "to-"} {
			v := with(p.Examples[0].Values, prefix+"format", "ibm-3624")
			note(with(with(v, prefix+"pad", "5"), prefix+"extract", "pinlen"))
		}
		for _, f := range p.Fields {
			require.True(t, used[f.Name], "%s: %s is never shown", p.Name, f.Name)
		}
	}
}

// TestFill: without any it is drawn, another one each time, as the format wants it;
// and the command names it.
func TestFill(t *testing.T) {
	t.Parallel()
	drawn := 0
	for _, format := range append(pinblock.Formats(), pinblock.ISO1) {
		pin := "1234"
		if drawn == 7 { // of ISO-1 once more, with as little fill as there is
			pin = "123456789012"
		}
		v := lab.Values{"format": format.Name(), "pin": pin, "pan": "5432101234567891", "udk-a": "0123456789ABCDEF", "old-pin": "5678"}
		first, err := lab.Ask(t.Context(), "encode", v)
		require.NoError(t, err)
		require.Empty(t, first.Problems, format)
		second, err := lab.Ask(t.Context(), "encode", v)
		require.NoError(t, err)
		require.Equal(t, first.Result != second.Result, slices.Contains(first.Uses, "fill"), format)
		_, fill, named := strings.Cut(first.Command, "--fill ")
		require.Equal(t, first.Result != second.Result, named, first.Command)
		if !named {
			continue
		}
		drawn++
		again, err := lab.Ask(t.Context(), "encode", with(v, "fill", fill))
		require.NoError(t, err)
		require.Equal(t, first.Result, again.Result, format)
		require.Contains(t, first.Go, `Fill: "`+fill+`"`)
		short, err := lab.Ask(t.Context(), "encode", with(v, "fill", fill[1:]))
		require.NoError(t, err)
		require.NotEmpty(t, short.Problems["fill"], "%v takes fewer than %s", format, fill)
	}
	require.Equal(t, 8, drawn)
}

// TestFillOfATranslation is that of the new block alone.
func TestFillOfATranslation(t *testing.T) {
	t.Parallel()
	for _, e := range lab.Panels()[2].Examples {
		a, err := lab.Ask(t.Context(), "translate", e.Values)
		require.NoError(t, err)
		if e.Values["fill"] != "" {
			require.Equal(t, 1, strings.Count(a.Go, "Fill:"), a.Go)
		}
	}
}

// TestRightmost12 compares the other reading of ISO-4 with the library's.
func TestRightmost12(t *testing.T) {
	t.Parallel()
	const key, fill = "00112233445566778899AABBCCDDEEFF", "0123456789ABCDEF"
	v := lab.Values{"format": "iso-4", "pan-reading": "rightmost-12", "pin": "1234", "pan": "5432101234567891", "fill": fill, "key": key}
	a, err := lab.Ask(t.Context(), "encode", v)
	require.NoError(t, err)
	k, err := cleartext.ParseAES(key, keys.UsagePIN)
	require.NoError(t, err)
	pin, err := pinblock.ParsePIN("1234")
	require.NoError(t, err)
	pan, err := pinblock.ParsePAN("5432101234567891")
	require.NoError(t, err)
	block, err := clear.Seal(t.Context(), nil, k, pinblock.ISO4.WithRightmost12(), pin, pan, &clear.Options{Fill: fill})
	require.NoError(t, err)
	require.Equal(t, fmt.Sprintf("%X", block), a.Result)
}

// TestSpaces: they are taken out, as people write digits in groups.
func TestSpaces(t *testing.T) {
	t.Parallel()
	a, err := lab.Ask(t.Context(), "encode", lab.Values{"format": " ISO-0 ", "pin": " 12 34", "pan": "5432 1012 3456 7891\n", "key": "01234567 89abcdef\tFEDCBA98 76543210"})
	require.NoError(t, err)
	require.Empty(t, a.Problems)
	require.Equal(t, "BA2ADC4EBA48F711", a.Result)
}

// TestLegacyPINs: formats older than ISO 9564 hold other PINs too.
func TestLegacyPINs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ format, pin, block string }{
		{"ibm-3624", "1", "1FFFFFFFFFFFFFFF"}, {"ibm-3624", "1234567890123456", "1234567890123456"}, {"as2805-8", "", "80000000000000FF"},
	} {
		a, err := lab.Ask(t.Context(), "encode", lab.Values{"format": c.format, "pin": c.pin, "fill": "000000000000"})
		require.NoError(t, err)
		require.Empty(t, a.Problems, c.format)
		require.Contains(t, a.Result, c.block)
	}
}

// TestAsFarAsOneGets: what can be shown is shown while something else is wrong.
func TestAsFarAsOneGets(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		panel  string
		values lab.Values
	}{
		{"decode", lab.Values{"block": "041215FEDCBA9870", "pan": "5432101234567891"}},
		{"dukpt", lab.Values{"ksn": "FFFF9876543210E00003", "key": "01234567"}},
		{"dukpt", lab.Values{"ksn": "123456789012345600000001"}},
		{"keyblock", lab.Values{"block": "D0112P0AE00E0000" + strings.Repeat("0", 96), "kbpk": "001"}},
		{"components", lab.Values{"parts": "0123456789ABCDEFFEDCBA9876543210\n0123456789ABCDEFFEDCBA9876543210"}},
	} {
		a, err := lab.Ask(t.Context(), c.panel, c.values)
		require.NoError(t, err)
		checkAnswer(t, c.panel, a)
		require.Len(t, a.Problems, 1, c.panel)
		require.NotNil(t, a.Explanation, c.panel)
		require.NotEmpty(t, a.Explanation.Steps, c.panel)
	}
}
