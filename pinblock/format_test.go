package pinblock_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/pinblock"
)

func TestParseFormat(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]pinblock.Format{
		"iso-0": pinblock.ISO0, "ISO_FORMAT_0": pinblock.ISO0, "iso0": pinblock.ISO0, "Thales-01": pinblock.ISO0, "jpos 00": pinblock.ISO0,
		"ansi-x9.8": pinblock.ISO0, "VISA-1": pinblock.ISO0, "eci-1": pinblock.ISO0, "AS2805_FORMAT_0": pinblock.ISO0,
		"eci-4": pinblock.ISO1, "as2805-1": pinblock.ISO1, "emv": pinblock.ISO2, "thales-47": pinblock.ISO3, "ISO_FORMAT_4": pinblock.ISO4,
		"plus": pinblock.VISA4, "thales-03": pinblock.Diebold, "thales-02": pinblock.Docutel, "ibm-5906": pinblock.IBM3621,
		"3624": pinblock.IBM3624, "thales-35": pinblock.PNPL, "visa-42": pinblock.VISA42, "as2805-8": pinblock.AS2805,
		"ibm-3624:pad=e": pinblock.IBM3624.WithPad(0xe), "oem-1:pad=0,pin-length=4": pinblock.OEM1.WithPad(0).WithPINLength(4),
		"ibm-3621:seq=0a1f,extract=hexdigit": pinblock.IBM3621.WithSequence(0x0a1f).WithExtraction(pinblock.HexDigit),
		"iso-4:pan=rightmost-12":             pinblock.ISO4.WithRightmost12(),
		"visa-2:extract=pinblock":            pinblock.VISA2.WithExtraction(pinblock.PINBlock),
	} {
		f, err := pinblock.ParseFormat(name)
		require.NoError(t, err, name)
		require.Equal(t, want, f, name)
	}
}

func TestParseFormatRefuses(t *testing.T) {
	t.Parallel()
	for name, says := range map[string]string{
		"":                            "try iso-0",
		"iso-5":                       "try iso-0",
		"docutel":                     "DOCUTEL-THALES",
		"Diebold":                     "OEM-1",
		"iso-0:pad=e":                 "pad digit",
		"visa-2:pad=a":                "pad digit",
		"ibm-3624:pad=10":             "pad=0 to F",
		"ibm-3624:pad=5":              "ambiguous",
		"ibm-3624:extract=paddigit":   "needs the pad digit",
		"ibm-3624:pin-length=17":      "pin-length=1 to 16",
		"ibm-3621:pin-length=13":      "length",
		"iso-0:pin-length=4":          "extraction",
		"ibm-3624:extract=pinblock":   "extraction",
		"iso-0:seq=1":                 "sequence",
		"ibm-4704-epp:seq=100":        "sequence",
		"iso-0:pan=rightmost-12":      "ISO-4",
		"iso-4:pan=all":               "rightmost-12",
		"iso-0:colour=red":            "colour",
		"iso-0:pad":                   "pad",
		strings.Repeat("x", 5000):     "…",
		"ibm-3624:extract=guess":      "hexdigit",
		"ibm-3624:pad=e,pin-length=x": "pin-length",
	} {
		f, err := pinblock.ParseFormat(name)
		require.Error(t, err, name)
		require.Zero(t, f)
		require.Contains(t, err.Error(), says, name)
		require.Less(t, len(err.Error()), 400)
	}
}

func TestFormatsDescribeThemselves(t *testing.T) {
	t.Parallel()
	require.Len(t, pinblock.Formats(), 20)
	binds := 0
	for _, f := range pinblock.Formats() {
		require.True(t, f.Valid())
		got, err := pinblock.ParseFormat(strings.ToLower(f.Name()))
		require.NoError(t, err)
		require.Equal(t, f, got)
		for _, a := range f.Aliases() {
			require.NotEmpty(t, a.Vendor)
			got, err := pinblock.ParseFormat(a.Name)
			require.NoError(t, err, a.Name)
			require.Equal(t, f, got, a.Name)
		}
		require.Equal(t, f == pinblock.ISO4, f.BlockSize() == 16)
		require.Equal(t, f.BindsPAN(), f.MinPANLength() > 0)
		if f.BindsPAN() {
			binds++
		}
	}
	require.Equal(t, 5, binds, "ISO-0, 3, 4, VISA-4 and PNPL bind the PAN")
	for _, f := range []pinblock.Format{0, 6, 0xff, 1 << 20} {
		require.False(t, f.Valid())
		require.Zero(t, f.BlockSize())
		require.Equal(t, "invalid format", f.Name())
	}
	require.Equal(t, 13, pinblock.ISO0.MinPANLength())
	require.Equal(t, 1, pinblock.ISO4.MinPANLength())
	require.Equal(t, 13, pinblock.ISO4.WithRightmost12().MinPANLength())
}

func FuzzParseFormat(f *testing.F) {
	for _, s := range []string{"iso-0", "ibm-3624:pad=E,extract=hexdigit", "ibm-3621:seq=0A1F,pad=F", "oem-1:pad=0,pin-length=4", "iso-4:pan=rightmost-12"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := pinblock.ParseFormat(text)
		if err != nil {
			if got != 0 {
				t.Fatalf("a format and an error: %v", got)
			}
			return
		}
		if again, err := pinblock.ParseFormat(got.String()); err != nil || again != got {
			t.Fatalf("%v reads back as %v, %v", got, again, err)
		}
	})
}
