package dukpt_test

import (
	"encoding/json"
	"math/bits"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys/dukpt"
)

func TestParseKSN(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, full, id string
		counter        uint32
		aes            bool
	}{
		{"FFFF9876543210E00001", "FFFF9876543210E00001", "FFFF9876543210E0", 1, false},
		{"ffff9876543210e00001", "FFFF9876543210E00001", "FFFF9876543210E0", 1, false},
		{"9876543210E00001", "FFFF9876543210E00001", "FFFF9876543210E0", 1, false}, // 8 bytes
		{"FF9876543210E00001", "FFFF9876543210E00001", "FFFF9876543210E0", 1, false},
		{"F9876543210E00001", "FFFF9876543210E00001", "FFFF9876543210E0", 1, false}, // an odd number
		{"F8765432108D12400014", "F8765432108D12400014", "F8765432108D1240", 0x14, false},
		{"0000000000000000FFFF", "0000000000000000FFFF", "0000000000000000", 0xffff, false},
		{"FFFF9876543210FFFFFF", "FFFF9876543210FFFFFF", "FFFF9876543210E0", 0x1fffff, false},
		{"123456789012345600000001", "123456789012345600000001", "1234567890123456", 1, true},
		{"1234567890123456ffff0000", "1234567890123456FFFF0000", "1234567890123456", 0xffff0000, true},
	} {
		k, err := dukpt.ParseKSN(c.text)
		require.NoError(t, err, c.text)
		id := k.InitialKeyID()
		require.Equal(t, c.full, k.String(), c.text)
		require.Equal(t, c.full, upper(k.Bytes()), c.text)
		require.Equal(t, c.id, upper(id[:]), c.text)
		require.Equal(t, c.counter, k.Counter(), c.text)
		require.Equal(t, c.aes, k.IsAES(), c.text)
		require.False(t, k.IsZero())
		again, err := dukpt.NewKSN(k.Bytes())
		require.NoError(t, err)
		require.Equal(t, k, again, "KSNs compare with ==")
	}
}

func TestKSNErrors(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "F", "9876543210E0000", // 15 digits
		"0FFFF9876543210E00001", "00FFFF9876543210E00001", "12345678901234560000001", // 21, 22, 23
		"1234567890123456000000001", "00123456789012345600000001", // 25, 26
		"FFFF9876543210E0000G", " FFFF9876543210E0001", "FFFF9876543210E0000\n", "FFFF 9876543210E0001", "0xFF9876543210E00001",
		"ＦFFF9876543210E01", // a full-width F
	} {
		_, err := dukpt.ParseKSN(text)
		require.ErrorIs(t, err, dukpt.ErrKSN, "%q", text)
	}
	for n := range 20 {
		_, err := dukpt.NewKSN(make([]byte, n))
		if n == 8 || n == 9 || n == 10 || n == 12 {
			require.NoError(t, err, n)
		} else {
			require.ErrorIs(t, err, dukpt.ErrKSN, n)
		}
	}

	var zero dukpt.KSN
	require.True(t, zero.IsZero())
	require.Empty(t, zero.String())
	require.Empty(t, zero.Bytes())
	require.ErrorIs(t, zero.Check(), dukpt.ErrKSN)
	_, err := zero.Next()
	require.ErrorIs(t, err, dukpt.ErrKSN)
}

// What a KSN was made of, and what it hands out, are copies.
func TestKSNCopies(t *testing.T) {
	t.Parallel()
	b := unhex("FFFF9876543210E00001")
	k, err := dukpt.NewKSN(b)
	require.NoError(t, err)
	b[0] = 0
	k.Bytes()[1] = 0
	require.Equal(t, "FFFF9876543210E00001", k.String())
}

func TestKSNJSON(t *testing.T) {
	t.Parallel()
	type record struct{ KSN dukpt.KSN }
	var r record
	require.NoError(t, json.Unmarshal([]byte(`{"KSN":"9876543210e00001"}`), &r))
	text, err := json.Marshal(r)
	require.NoError(t, err)
	require.JSONEq(t, `{"KSN":"FFFF9876543210E00001"}`, string(text))
	require.ErrorIs(t, json.Unmarshal([]byte(`{"KSN":"98"}`), &r), dukpt.ErrKSN)
	require.Equal(t, "FFFF9876543210E00001", r.KSN.String(), "a bad text changes nothing")
	require.NoError(t, json.Unmarshal([]byte(`{"KSN":""}`), &r))
	require.True(t, r.KSN.IsZero())
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]error{
		"FFFF9876543210E00000":     dukpt.ErrCounterZero,
		"FFFF9876543210E00001":     nil,
		"FFFF9876543210E003FF":     nil,
		"FFFF9876543210E007FF":     dukpt.ErrCounterBits,
		"FFFF9876543210FFF800":     nil,
		"FFFF9876543210FFFFFF":     dukpt.ErrCounterBits,
		"123456789012345600000000": dukpt.ErrCounterZero,
		"12345678901234560000FFFF": nil,
		"12345678901234560001FFFF": nil, // no terminal's, but test data has it
		"12345678901234560003FFFF": dukpt.ErrCounterBits,
		"1234567890123456FFFF0000": nil,
		"1234567890123456FFFFFFFF": dukpt.ErrCounterBits,
	} {
		require.Equal(t, want, parseKSN(t, text).Check(), text)
	}
}

// A TDES terminal's whole life: every counter with 1 to 10 one bits and no other,
// in order, and then the end.
func TestNextWholeLife(t *testing.T) {
	t.Parallel()
	k := parseKSN(t, "F8765432108D12400000")
	n, id := 0, k.InitialKeyID()
	for {
		next, err := k.Next()
		if err != nil {
			require.Equal(t, dukpt.ErrEndOfLife, err)
			break
		}
		n++
		for c := k.Counter() + 1; c < next.Counter(); c++ {
			if bits.OnesCount32(c) <= 10 {
				require.Fail(t, "left out", "%06X", c)
			}
		}
		if next.Counter() <= k.Counter() || next.Check() != nil || next.InitialKeyID() != id {
			require.Fail(t, "wrong", "%v after %v", next, k)
		}
		k = next
	}
	require.Equal(t, 1<<20-1, n) // half of all counters of 21 bits, without zero
	require.Equal(t, "F8765432108D125FF800", k.String())
}

func TestNextAES(t *testing.T) {
	t.Parallel()
	for from, to := range map[string]string{
		"00000000": "00000001", "00000001": "00000002", "0000FFFF": "00010000", "0001FFFE": "00020000", "0001FFFF": "00020000",
		"FFFE0001": "FFFE0002", "FFFE8000": "FFFF0000", "7FFF8000": "80000000", "FFFDFFFF": "FFFE0000",
	} {
		k, err := parseKSN(t, "1234567890123456"+from).Next()
		require.NoError(t, err, from)
		require.Equal(t, "1234567890123456"+to, k.String(), from)
	}
	for _, last := range []string{"FFFF0000", "FFFF0001", "FFFFFFFF"} {
		_, err := parseKSN(t, "1234567890123456"+last).Next()
		require.ErrorIs(t, err, dukpt.ErrEndOfLife, last)
	}
}

func FuzzParseKSN(f *testing.F) {
	for _, s := range []string{"FFFF9876543210E00001", "9876543210E00001", "9876543210E000011", "123456789012345600000001", "", "zz"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		k, err := dukpt.ParseKSN(text)
		if err != nil {
			require.Equal(t, dukpt.ErrKSN, err)
			require.True(t, k.IsZero())
			return
		}
		full := k.String()
		require.True(t, strings.HasSuffix(full, strings.ToUpper(text)))
		require.Empty(t, strings.Trim(full[:len(full)-len(text)], "F"), "filled with F")
		again, err := dukpt.ParseKSN(full)
		require.NoError(t, err)
		require.Equal(t, k, again)
		if next, err := k.Next(); err == nil {
			require.NoError(t, next.Check())
			require.Greater(t, next.Counter(), k.Counter())
			require.Equal(t, k.InitialKeyID(), next.InitialKeyID())
		} else {
			require.Equal(t, dukpt.ErrEndOfLife, err)
		}
	})
}
