package explain_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
	"github.com/pinion-hsm/pinion/pinverify"
)

// What is typed may be anything. An explanation has an answer if the library has one,
// and it is the same.
func FuzzVerify(f *testing.F) {
	f.Add("1234", "5432101234567891", "6776", 1, 0, 12, byte(15), 0, []byte("0123456789abcdef"))
	f.Add("123456", "5432101234567891", "9019", 7, 4, 11, byte(0), 4, []byte("0123456789abcdef01234567"))
	f.Add("", "", "\xff", -1, -1, 17, byte(16), 17, []byte{})
	f.Fuzz(func(t *testing.T, pinText, panText, reference string, index, offset, length int, pad byte, check int, raw []byte) {
		pin, _ := clear.PIN(pinText)         // or the zero PIN
		pan, _ := pinblock.ParsePAN(panText) // or the zero PAN
		a := keys.TDES2                      // or a key of another size, or none
		if len(raw) == keys.TDES3.KeySize() {
			a = keys.TDES3
		}
		key, _ := cleartext.New(a, keys.UsageVisaPVV, raw)
		ibm := pinverify.IBM3624{Table: pinverify.StandardTable(), Validation: pinverify.ValidationFromPAN(offset, length, pad), CheckLength: check}
		for _, m := range []pinverify.Method{pinverify.VisaPVV{Index: index}, ibm} {
			want := m.Verify(t.Context(), key, pin, pan, []byte(reference))
			x, err := explain.Verify(t.Context(), key, m, pin, pan, []byte(reference))
			require.ErrorIs(t, err, want)
			require.Equal(t, err == nil || errors.Is(err, pinverify.ErrWrongPIN), len(x.Answer) == 1)
			requireSound(t, x)
		}
		if want, err := ibm.Reference(t.Context(), key, pin, pan); err == nil {
			x, err := explain.Offset(t.Context(), key, ibm, pin, pan)
			require.NoError(t, err)
			require.Equal(t, string(want), answerOf(x, "offset"))
		}
		x, err := explain.KCV(raw)
		require.Equal(t, err == nil, len(x.Answer) > 0)
		requireSound(t, x)
	})
}
