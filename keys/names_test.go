package keys_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys"
)

func TestAlgorithm(t *testing.T) {
	t.Parallel()
	sizes := map[keys.Algorithm][2]int{
		keys.TDES2: {16, 8}, keys.TDES3: {24, 8},
		keys.AES128: {16, 16}, keys.AES192: {24, 16}, keys.AES256: {32, 16},
	}
	for _, a := range allAlgorithms {
		require.True(t, a.Valid())
		require.Equal(t, sizes[a], [2]int{a.KeySize(), a.BlockSize()})
		for _, text := range []string{a.String(), strings.ToLower(a.String()), a.String()[:3] + "-" + a.String()[3:]} {
			got, err := keys.ParseAlgorithm(text)
			require.NoError(t, err, text)
			require.Equal(t, a, got)
		}
	}
	for _, text := range []string{"", "-", "DES", "TDES", "TDES1", "TDES4", "AES", "AES512", "AES 128", "AE\u017f128", "\xffAES128", "Algorithm(0)", testHex[keys.TDES2]} {
		a, err := keys.ParseAlgorithm(text)
		require.ErrorIs(t, err, keys.ErrAlgorithm, "%q", text)
		require.Zero(t, a)
		require.NotContains(t, err.Error(), testHex[keys.TDES2])
	}
	for _, a := range []keys.Algorithm{0, keys.AES256 + 1, 255} {
		require.False(t, a.Valid())
		require.Zero(t, a.KeySize())
		require.Zero(t, a.BlockSize())
		require.Contains(t, a.String(), "Algorithm(")
	}
}

// Every usage of X9.143 table 2, by its letter.
var table2 = map[byte]int{'B': 4, 'C': 1, 'D': 4, 'E': 8, 'I': 1, 'K': 5, 'M': 9, 'P': 2, 'S': 3, 'V': 6}

func TestUsage(t *testing.T) {
	t.Parallel()
	described := make(map[string]string)
	valid := 0
	for hi := range 256 {
		for lo := range 256 {
			u := keys.Usage([]byte{byte(hi), byte(lo)})
			number := '0' <= hi && hi <= '9' && '0' <= lo && lo <= '9'
			want := number || table2[byte(hi)] > lo-'0' && lo >= '0' && lo <= '9'
			require.Equal(t, want, u.Valid(), "%q", string(u))
			require.Equal(t, want, u.Description() != "")
			if !want {
				continue
			}
			valid++
			for _, text := range []string{string(u), strings.ToLower(string(u))} {
				got, err := keys.ParseUsage(text)
				require.NoError(t, err)
				require.Equal(t, u, got)
			}
			if !number {
				other, found := described[u.Description()]
				require.False(t, found, "%s and %s are described alike", u, other)
				described[u.Description()] = string(u)
			}
		}
	}
	require.Equal(t, 100+43, valid)
	for _, text := range []string{"", "P", "P00", " P0", "P0 ", "P2", "0", "000", "\u0660\u0660", "\u017f0", "P\xff", testHex[keys.TDES2]} {
		u, err := keys.ParseUsage(text)
		require.ErrorIs(t, err, keys.ErrUnknownUsage, "%q", text)
		require.Empty(t, u)
		require.NotContains(t, err.Error(), testHex[keys.TDES2])
	}
}

// The names that other packages decide by.
func TestUsageNames(t *testing.T) {
	t.Parallel()
	for u, want := range map[keys.Usage]string{
		keys.UsageBDK: "B0", keys.UsageInitialKey: "B1", keys.UsageDecimalizationTable: "D2",
		keys.UsageKEK: "K0", keys.UsageKBPK: "K1", keys.UsagePIN: "P0", keys.UsagePINGeneration: "P1",
		keys.UsagePVKOther: "V0", keys.UsageIBM3624: "V1", keys.UsageVisaPVV: "V2", keys.UsageCMAC: "M6",
	} {
		require.Equal(t, want, string(u))
	}
}
