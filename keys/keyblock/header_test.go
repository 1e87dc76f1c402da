package keyblock_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys/keyblock"
)

func TestParseHeader(t *testing.T) {
	t.Parallel()
	h, err := keyblock.ParseHeader("D0048P0TE00N0210KS1800604B120F9292800000PB080000")
	require.NoError(t, err)
	require.Equal(t, keyblock.Header{
		Version: 'D', Length: 48, Usage: "P0", Algorithm: 'T', Mode: 'E', KeyVersion: "00", Exportability: 'N', Reserved: "10",
		Optional: []keyblock.OptionalBlock{{ID: "KS", Data: "00604B120F9292800000"}, {ID: "PB", Data: "0000"}},
	}, h)
	require.Equal(t, 48, h.Len())
	b, ok := h.Block("PB")
	require.True(t, ok)
	require.Equal(t, "PB080000", b.String())
	_, ok = h.Block("TS")
	require.False(t, ok)
	require.Equal(t, "D0048P0TE00N0210KS1800604B120F9292800000PB080000", fmt.Sprint(h))
	require.Equal(t, "?0000????00?0000", keyblock.Header{}.String())
}

// Both forms of an optional block's length, and those of other makers, come out as
// they went in.
func TestOptionalBlockLengths(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 252)
	for _, c := range []struct {
		text   string
		digits int
		data   int
	}{
		{"LB04", 0, 0},
		{"LBFF" + long[:251], 0, 251},
		{"LB00040106" + long, 0, 252},
		{"LB0004000A", 4, 0},
		{"LB00017", 1, 0},
		{"LB00080000000E", 8, 0},
		{"LB000309A" + long[:145], 3, 145},
	} {
		text := "D0000P0TE00N0100" + c.text
		h, err := keyblock.ParseHeader(text)
		require.NoError(t, err, c.text)
		require.Equal(t, text, h.String())
		require.Equal(t, c.digits, h.Optional[0].LengthDigits)
		require.Len(t, h.Optional[0].Data, c.data)
	}
	require.Equal(t, "LB00040106"+long, keyblock.OptionalBlock{ID: "LB", Data: long}.String(), "too long for the short form")
}

func TestParseHeaderErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, field string
		offset      int
	}{
		{"", "header", 0},
		{"D0016P0TE00N000", "header", 0},
		{"d0016P0TE00N0000", "version", 0},
		{"00016P0TE00N0000", "version", 0},
		{"D 016P0TE00N0000", "length", 1},
		{"D+016P0TE00N0000", "length", 1},
		{"D0016P_TE00N0000", "usage", 5},
		{"D0016P0 E00N0000", "algorithm", 7},
		{"D0016P0T\x0000N0000", "mode of use", 8},
		{"D0016P0TE0\xffN0000", "key version", 9},
		{"D0016P0TE00~0000", "exportability", 11},
		{"D0016P0TE00N0x00", "number of optional blocks", 12},
		{"D0016P0TE00N9900", "number of optional blocks", 12},
		{"D0016P0TE00N000_", "reserved field", 14},
		{"D0016P0TE00N00000", "length", 1},
		{"D0016P0TE00N0100KS05\x7f", "optional block", 16},
		{"D0016P0TE00N0100KS0500", "length", 1},
		{"D0016P0TE00N0100KS0a000000", "optional block", 16},
		{"D0016P0TE00N0200KS04KS03", "optional block", 20},
		{"D0016P0TE00N0100KS0009000000000F", "optional block", 16},
		{"D0016P0TE00N0100KS0004FFFF", "optional block", 16},
	} {
		h, err := keyblock.ParseHeader(c.text)
		require.ErrorIs(t, err, keyblock.ErrHeader, "%q", c.text)
		require.Equal(t, keyblock.Header{}, h)
		var f *keyblock.FieldError
		require.True(t, errors.As(err, &f))
		require.Equal(t, c.field, f.Field, "%q", c.text)
		require.Equal(t, c.offset, f.Offset, "%q", c.text)
	}
}

// An error says where to look and quotes nothing: what was pasted in place of a
// key block may have been a key.
func TestErrorsQuoteNothing(t *testing.T) {
	t.Parallel()
	const canary = "DEADBEEF"
	kbpk, _ := wrapped(t, 'D')
	for _, text := range []string{
		strings.Repeat(canary, 4),
		"D0112P0AE00E0000" + strings.Repeat(canary, 11) + canary[:7] + "X",
		"D0048P0TE00N0100KS20" + strings.Repeat(canary, 3) + "\x00BEEF",
		"D0016P0TE00N0100" + canary,
	} {
		_, err := keyblock.Unwrap(t.Context(), kbpk, text)
		require.ErrorIs(t, err, keyblock.ErrHeader)
		require.NotContains(t, fmt.Sprintf("%v %+v %#v", err, err, errors.Unwrap(err)), canary[:4])
	}
}

func TestFields(t *testing.T) {
	t.Parallel()
	f := keyblock.Fields{Version: "D", Usage: "V2", Algorithm: "T", Mode: "C", Exportability: "N"}
	h, err := f.Header()
	require.NoError(t, err)
	require.Equal(t, "D0000V2TC00N0000", h.String())
	require.NoError(t, h.Check())
	f.KeyVersion = "c1"
	h, err = f.Header()
	require.NoError(t, err)
	require.Equal(t, "D0000V2TCc1N0000", h.String())
	f.KeyVersion = "123"
	_, err = f.Header()
	require.ErrorIs(t, err, keyblock.ErrHeader)
}

func TestExplain(t *testing.T) {
	t.Parallel()
	h, err := keyblock.ParseHeader("D0128V2TC01N0310" + "KS1800604B120F9292800000" + "TS1320200818221218Z" + "99" + "05" + "a")
	require.NoError(t, err)
	require.Equal(t, []keyblock.Field{
		{"version", "D", "AES, key derivation binding"},
		{"length", "0128", "characters"},
		{"usage", "V2", "PIN verification key, Visa PVV"},
		{"algorithm", "T", "TDES"},
		{"mode of use", "C", "generate and verify MACs or values"},
		{"key version", "01", "version of the key"},
		{"exportability", "N", "not exportable"},
		{"optional blocks", "03", "how many follow"},
		{"key context", "1", "storage"},
		{"reserved", "0", "always 0"},
		{"optional block KS", "00604B120F9292800000", "initial key serial number of TDES DUKPT"},
		{"optional block TS", "20200818221218Z", "time of wrapping: 2020-08-18T22:12:18Z"},
		{"optional block 99", "a", "proprietary"},
		{"enciphered key", "16 bytes", "room for a key of 14"},
		{"authenticator", "16 bytes", "over the header and the key"},
	}, keyblock.Explain(h))

	h, err = keyblock.ParseHeader("B0000ZZ9z00Q0200XY04KS05z")
	require.NoError(t, err)
	fields := keyblock.Explain(h)
	require.Equal(t, "unknown", fields[2].Meaning)
	require.Equal(t, "proprietary", fields[3].Meaning)
	require.Equal(t, "unknown", fields[4].Meaning)
	require.Equal(t, "unknown", fields[6].Meaning)
	require.Equal(t, "unknown", fields[10].Meaning)
	require.Equal(t, "initial key serial number of TDES DUKPT; not 20 hex digits, or 16", fields[11].Meaning)
	require.Len(t, fields, 12, "nothing follows the header")
}

// Every block that has a form is explained, and so is one that does not have it.
func TestExplainBlocks(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"KC0C0069E3AB":         "check value of the key: 69E3AB, encipherment of zeros",
		"KP1001D77F007724":     "check value of the protection key: D77F007724, CMAC of zeros",
		"PK0B0169E3A":          "check value of the protection key the key is to be exported under; not 00 and 4 or 6 hex digits, or 01 and 4 to 10",
		"BI1000FFFF123456":     "base derivation key ID: key set ID of TDES DUKPT FFFF123456",
		"BI0E0112345678":       "base derivation key ID: BDK ID of AES DUKPT 12345678",
		"HM0621":               "hash of HMAC: SHA-256",
		"WP07001":              "wrapping pedigree: once under a weaker key",
		"AL080101":             "life of the asymmetric key: static",
		"DA1001P0TEED0AEN":     "derivations allowed: P0TEE D0AEN",
		"CT0E01MAMCAQA=":       "public key certificate: EMV",
		"CT1402000008MAMCAQA=": "public key certificate: chain of 1",
		"TC1320200818221218Z":  "time of creation of the key: 2020-08-18T22:12:18Z",
		"KV080000":             "key block values version (deprecated)",
		"LB06hi":               "label",
		"ZZ06hi":               "unknown",
		"Z904":                 "unknown",
	} {
		h, err := keyblock.ParseHeader("D0000K0AB00N0100" + text)
		require.NoError(t, err, text)
		fields := keyblock.Explain(h)
		require.Equal(t, want, fields[len(fields)-1].Meaning, text)
	}
	fields := keyblock.Explain(keyblock.Header{KeyVersion: "c2"})
	require.Equal(t, "component of a key", fields[5].Meaning)
}

// A header made by hand that could not be read again is not written.
func TestMalformedByHand(t *testing.T) {
	t.Parallel()
	for field, change := range map[string]func(*keyblock.Header){
		"version":                   func(h *keyblock.Header) { h.Version = 0 },
		"length":                    func(h *keyblock.Header) { h.Length = 10000 },
		"usage":                     func(h *keyblock.Header) { h.Usage = "P00" },
		"algorithm":                 func(h *keyblock.Header) { h.Algorithm = ' ' },
		"mode of use":               func(h *keyblock.Header) { h.Mode = 0xff },
		"key version":               func(h *keyblock.Header) { h.KeyVersion = "1" },
		"exportability":             func(h *keyblock.Header) { h.Exportability = 0 },
		"reserved field":            func(h *keyblock.Header) { h.Reserved = "000" },
		"number of optional blocks": func(h *keyblock.Header) { h.Optional = make([]keyblock.OptionalBlock, 100) },
	} {
		h, err := keyblock.ParseHeader("D0000P0TE00N0000")
		require.NoError(t, err)
		change(&h)
		var f *keyblock.FieldError
		require.ErrorAs(t, h.Check(), &f)
		require.Equal(t, field, f.Field)
		require.ErrorIs(t, f, keyblock.ErrHeader)
	}
	for _, b := range []keyblock.OptionalBlock{
		{}, {ID: "K"}, {ID: "K-"}, {ID: "LB", Data: "\n"}, {ID: "LB", LengthDigits: -1}, {ID: "LB", LengthDigits: 9},
		{ID: "LB", LengthDigits: 1, Data: "123456789"}, {ID: "LB", LengthDigits: 2, Data: strings.Repeat("x", 250)},
	} {
		h, err := keyblock.ParseHeader("D0000P0TE00N0000")
		require.NoError(t, err)
		h.Optional = []keyblock.OptionalBlock{b}
		require.ErrorIs(t, h.Check(), keyblock.ErrHeader)
	}
}

// A header made by hand can hold anything. Explaining it shows nothing that a
// terminal would act upon.
func TestExplainEscapes(t *testing.T) {
	t.Parallel()
	fields := keyblock.Explain(keyblock.Header{
		Version: 27, Usage: "\x1b[2J", KeyVersion: "é", Reserved: "\n",
		Optional: []keyblock.OptionalBlock{{}, {ID: "\x1b", Data: strings.Repeat("x", 1000)}, {ID: "LB", Data: "\x07"}},
	})
	for _, f := range fields {
		for _, c := range f.Name + f.Value + f.Meaning {
			require.True(t, c >= ' ' && c != 0x7f, "%q", f)
		}
		require.Less(t, len(f.Value), 80)
	}
	require.NotEmpty(t, keyblock.Explain(keyblock.Header{}))
}
