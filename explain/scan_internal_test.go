package explain

import (
	"encoding/hex"
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/pinverify"
	"github.com/pinion-hsm/pinion/testvectors"
)

func TestScanVectors(t *testing.T) {
	t.Parallel()
	f, err := testvectors.Load(testvectors.FS, "pvv.json")
	require.NoError(t, err)
	ran := 0
	for _, v := range f.Vectors {
		if v.Op != "pvv.scan" {
			continue
		}
		ran++
		var in struct{ Hex string }
		var want struct{ Digits string }
		require.NoError(t, json.Unmarshal(v.Inputs, &in))
		require.NoError(t, json.Unmarshal(v.Expected, &want))
		_, got := scanSteps(in.Hex)
		require.Equal(t, want.Digits, got, v.ID)
	}
	require.Equal(t, 2, ran, "a vector was lost, or added without changing this number")
}

// Cryptograms with few decimal digits, which hardly any key gives, are scanned twice.
func TestScanIsTheLibrarys(t *testing.T) {
	t.Parallel()
	draw := rand.New(rand.NewPCG(1, 2))
	twice := 0
	for n := range 1000 {
		digits := []byte("0000000000000000")
		for i := range digits {
			digits[i] = "0123456789ABCDEF"[draw.IntN(16)]
			if n%2 == 0 && draw.IntN(8) > 0 {
				digits[i] = "ABCDEF"[draw.IntN(6)]
			}
		}
		raw, err := hex.DecodeString(string(digits))
		require.NoError(t, err)
		want, err := pinverify.ScanPVV(raw)
		require.NoError(t, err)
		steps, got := scanSteps(string(digits))
		require.Equal(t, string(want), got)
		requireScan(t, string(digits), got, steps)
		twice += len(steps) - 1
	}
	require.Greater(t, twice, 100)
}

// requireScan reads the digits again off the rows that a person reads.
func requireScan(t *testing.T, cryptogram, digits string, steps []Step) {
	t.Helper()
	seen := ""
	for i, s := range steps {
		require.Equal(t, cryptogram, s.Rows[0].Value())
		require.Len(t, s.Rows[1].Value(), len(cryptogram))
		for j, p := range s.Rows[1].Parts {
			above := s.Rows[0].Parts[j]
			require.Equal(t, p.Kind, above.Kind)
			require.Equal(t, p.Kind == Skipped, p.Text == blank)
			if p.Kind == Taken {
				require.Equal(t, i == 0, isDecimal(above.Text[0]))
				seen += p.Text
			} else {
				require.NotEmpty(t, above.Note)
			}
		}
	}
	require.Equal(t, digits, seen)
}
