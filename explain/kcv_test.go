package explain_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/testvectors"
)

func TestKCVVectors(t *testing.T) {
	t.Parallel()
	f, err := testvectors.Load(testvectors.FS, "kcv.json")
	require.NoError(t, err)
	require.Len(t, f.Vectors, 29, "a vector was lost, or added without changing this number")
	for _, v := range f.Vectors {
		var in struct {
			Key, Method, Data string
			Length            int
		}
		require.NoError(t, json.Unmarshal(v.Inputs, &in))
		raw, data := unhex(t, in.Key), unhex(t, in.Data)
		m, err := keys.ParseKCVMethod(in.Method)
		require.NoError(t, err)

		all, err := explain.KCVOver(raw, data)
		require.NoError(t, err)
		requireSound(t, all)
		one, err := explain.KCVOver(raw, data, m)
		requireSound(t, one)
		if v.ExpectError != nil {
			require.Equal(t, "key-length", v.ExpectError.Reason)
			require.ErrorIs(t, err, keys.ErrKeySize)
			require.Empty(t, answerOf(all, in.Method), v.ID)
			continue
		}
		require.NoError(t, err)
		var want struct{ KCV string }
		require.NoError(t, json.Unmarshal(v.Expected, &want))
		require.Equal(t, want.KCV, rowOf(t, one, "check value").Value()[:in.Length], v.ID)
		digits := min(in.Length, 6)
		require.Equal(t, want.KCV[:digits], answerOf(one, in.Method)[:digits], v.ID)
		require.Equal(t, want.KCV[:digits], answerOf(all, in.Method)[:digits], v.ID)
	}
}

// For every length of key: the methods that the library has a value for are there, and
// no others, each value once as it is and once as the head of the whole output.
func TestKCVEveryLength(t *testing.T) {
	t.Parallel()
	draw := rand.New(rand.NewPCG(7, 8))
	for n := range 66 {
		raw := make([]byte, n)
		for i := range raw {
			raw[i] = byte(draw.Uint32())
		}
		x, err := explain.KCV(raw)
		requireSound(t, x)
		fits := 0
		for m := keys.TDESECBZero; m <= keys.HMACSHA256; m++ {
			want, failed := cleartext.KCV(raw, m, nil, 6)
			if failed == nil {
				fits++
			}
			require.Equal(t, want, answerOf(x, m.String()), "%d bytes, %s", n, m)
		}
		require.Len(t, x.Answer, fits)
		if fits == 0 {
			require.ErrorIs(t, err, keys.ErrKeySize)
			require.Len(t, wrongs(x), 1)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, strings.ToUpper(hexText(raw)), rowOf(t, x, "key").Value())
		for i, f := range x.Answer {
			last := x.Steps[len(x.Steps)-len(x.Answer)+i].Rows
			require.Equal(t, f.Value, last[len(last)-1].Value()[:6])
		}
	}
	_, err := explain.KCV(make([]byte, 16), 99)
	require.ErrorIs(t, err, keys.ErrKCVMethod)
}

// The subkey of a CMAC is not the library's to tell: here it must encipher to it, also
// where the library refuses the key and cannot be asked.
func TestKCVSubkey(t *testing.T) {
	t.Parallel()
	draw := rand.New(rand.NewPCG(9, 10))
	for range 200 {
		part := make([]byte, 8)
		for i := range part {
			part[i] = byte(draw.Uint32())
		}
		weak := slices.Concat(part, part) // single DES, and a good AES key
		x, err := explain.KCV(weak, keys.TDESCMACZero)
		require.NoError(t, err)
		k1 := unhex(t, rowOf(t, x, "subkey K1").Value())
		out, err := cleartext.KCV(part, keys.TDESCMACZero, nil, 16)
		require.NoError(t, err)
		single := singleDES(t, part)
		single.Encrypt(k1, k1)
		require.Equal(t, out, strings.ToUpper(hexText(k1)))

		x, err = explain.KCV(weak, keys.AESCMACZero)
		require.NoError(t, err)
		key, err := cleartext.New(keys.AES128, keys.UsageData, weak)
		require.NoError(t, err)
		k1 = unhex(t, rowOf(t, x, "subkey K1").Value())
		require.NoError(t, key.Encrypt(t.Context(), k1, k1))
		require.Equal(t, strings.ToUpper(hexText(k1)), rowOf(t, x, "check value").Value())
	}
}

func TestKCVStrength(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		key   string
		facts map[string]string // what the library makes of it
		notes []string          // parts that are marked
	}{
		{"0123456789ABCDEF", map[string]string{"as DES": "refused"}, []string{"8 bytes are single DES, which protects nothing"}},
		{testPVKHex, map[string]string{"as TDES2": "accepted", "as AES128": "accepted"}, nil},
		{"0123456789ABCDEF0123456789ABCDEF", map[string]string{"as TDES2": "refused", "as AES128": "accepted"},
			[]string{"K2 of TDES, equal to K1", "neighbouring parts are equal, so two of the three steps cancel out: it is single DES in disguise"}},
		{testPVKHex + "0123456789ABCDEF", map[string]string{"as TDES3": "accepted", "as AES192": "accepted"}, nil},
		{testPVKHex + "FEDCBA9876543210", map[string]string{"as TDES3": "refused", "as AES192": "accepted"},
			[]string{"K3 of TDES, equal to K2", "neighbouring parts are equal, so two of the three steps cancel out: it is single DES in disguise"}},
		{strings.Repeat("00", 32), map[string]string{"as AES256": "refused"}, []string{"all zeros"}},
	} {
		x, err := explain.KCV(unhex(t, test.key))
		require.NoError(t, err)
		got := map[string]string{}
		for _, f := range x.Steps[0].Facts {
			got[f.Name] = f.Value
		}
		require.Equal(t, test.facts, got)
		require.Equal(t, test.notes, wrongs(x), test.key)
	}
}

func TestKCVParity(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{
		testPVKHex:                         "odd in every byte",
		"0023456789ABCDEFFEDCBA9876543211": "even in 2 of 16 bytes",
		"00224466":                         "", // no length of DES
		"0022446688AACCEEFFDDBB9977553311": "even in every byte",
	} {
		x, _ := explain.KCV(unhex(t, key))
		got := ""
		for _, s := range x.Steps {
			for _, f := range s.Facts {
				if f.Name == "parity" {
					got = f.Value
				}
			}
		}
		require.Equal(t, want, got, key)
	}
}
