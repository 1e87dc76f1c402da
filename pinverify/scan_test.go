package pinverify_test

import (
	"encoding/hex"
	"math/bits"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/pinblock/clear"
	"github.com/pinion-hsm/pinion/pinverify"
)

// plainScan is the two-pass decimalization as the documents put it.
func plainScan(text string) string {
	var out []byte
	for _, c := range []byte(text) {
		if c <= '9' {
			out = append(out, c)
		}
	}
	for _, c := range []byte(text) {
		if c > '9' {
			out = append(out, c-'A'+'0')
		}
	}
	return string(out[:4])
}

func scan(t *testing.T, text string) string {
	t.Helper()
	b, err := hex.DecodeString(text)
	require.NoError(t, err)
	digits, err := pinverify.ScanPVV(b)
	require.NoError(t, err)
	return string(digits)
}

// Without a decimal digit only the second scan finds any, and only the first
// four letters matter.
func TestScanLettersOnly(t *testing.T) {
	t.Parallel()
	const letters = "ABCDEF"
	for i := range 6 * 6 * 6 * 6 {
		four := string([]byte{letters[i/216], letters[i/36%6], letters[i/6%6], letters[i%6]})
		want := string([]byte{'0' + byte(i/216), '0' + byte(i/36%6), '0' + byte(i/6%6), '0' + byte(i%6)})
		for _, tail := range []string{"FEDCBAFEDCBA", "AAAAAAAAAAAA", "FFFFFFFFFFFF"} {
			require.Equal(t, want, scan(t, four+tail), four+tail)
		}
	}
}

// Every set of positions of decimal digits among letters, so that both scans
// take part in every way.
func TestScanEveryPattern(t *testing.T) {
	t.Parallel()
	for pattern := range 1 << 16 {
		if bits.OnesCount(uint(pattern)) > 5 {
			continue
		}
		b := []byte("ABCDEFABCDEFABCD")
		for i := range b {
			if pattern>>i&1 == 1 {
				b[i] = '0' + byte(i*7%10)
			}
		}
		require.Equal(t, plainScan(string(b)), scan(t, string(b)), string(b))
	}
}

func TestScanRefusesOtherLengths(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 7, 9, 16} {
		_, err := pinverify.ScanPVV(make([]byte, n))
		require.ErrorIs(t, err, pinverify.ErrCryptogram)
	}
}

// The Interbank PIN is scanned alike, and 0000 becomes 0100.
func TestInterbankScan(t *testing.T) {
	t.Parallel()
	m := pinverify.Interbank{Index: 1, ValidationDigits: "000"}
	for text, want := range map[string]string{
		"6A77E65CFE349D60": "6776",
		"F9E8ABCDEFABCDEF": "9854",
		"0A0B0C0D11111111": "0100",
		"AAAAFFFFFFFFFFFF": "0100",
		"0001FFFFFFFFFFFF": "0001",
		"00F0FFFFFFFFFFFF": "0005",
		"0100FFFFFFFFFFFF": "0100",
		"1000FFFFFFFFFFFF": "1000",
	} {
		pin, err := m.PIN(t.Context(), mustAnswer(t, text), mustPAN(t, testPAN))
		require.NoError(t, err)
		require.Equal(t, want, clear.Digits(pin), text)
	}
}

func FuzzScanPVV(f *testing.F) {
	for _, seed := range []string{"6A77E65CFE349D60", "F9E8ABCDEFABCDEF", "AAAAAAAAAAAAAAAA", "ABCDEFABCDEFABC9"} {
		b, err := hex.DecodeString(seed)
		require.NoError(f, err)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		digits, err := pinverify.ScanPVV(b)
		if len(b) != 8 {
			require.ErrorIs(t, err, pinverify.ErrCryptogram)
			return
		}
		require.NoError(t, err)
		require.Equal(t, plainScan(strings.ToUpper(hex.EncodeToString(b))), string(digits))
	})
}
