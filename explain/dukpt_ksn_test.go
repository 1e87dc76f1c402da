package explain_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// TestDUKPTSerialNumber: each digit and each bit is of the part that it belongs to.
func TestDUKPTSerialNumber(t *testing.T) {
	t.Parallel()
	const ffff, device = "fill:1111111111111111", "device:0011001000010000"
	for _, c := range []struct{ bdk, ksn, digits, bits string }{
		{dukptTDES, "FFFF9876543210E00C05", "fill:FFFF id:987654 device:3210 mixed:E counter:00C05",
			ffff + " id:1001100001110110 | id:01010100 " + device + " | device:111 counter:000000000 taken:1 taken:1 counter:0000000 taken:1 counter:0 taken:1"},
		{dukptTDES, "9876543210E00001", "fill:FFFF id:987654 device:3210 mixed:E counter:00001",
			ffff + " id:1001100001110110 | id:01010100 " + device + " | device:111 counter:00000000000000000000 taken:1"},
		{dukptTDES, "FF123456789ABC300000", "fill:FF id:12345678 device:9ABC mixed:3 counter:00000",
			"fill:11111111 id:000100100011010001010110 | id:01111000 device:1001101010111100 | device:001 taken:1 counter:00000000000000000000"},
		{dukptTDES, "12345678901234300800", "id:1234567890 device:1234 mixed:3 counter:00800",
			"id:00010010001101000101011001111000 | id:10010000 device:0001001000110100 | device:001 taken:1 counter:00000000 taken:1 counter:00000000000"},
		{dukptTDES, "FFFF9876543210E00000", "fill:FFFF id:987654 device:3210 mixed:E counter:00000",
			ffff + " id:1001100001110110 | id:01010100 " + device + " | device:111 wrong:000000000000000000000"},
		{dukptTDES, "FFFF9876543210E007FF", "fill:FFFF id:987654 device:3210 mixed:E counter:007FF",
			ffff + " id:1001100001110110 | id:01010100 " + device + " | device:111 counter:0000000000" + strings.Repeat(" taken:1", 10) + " wrong:1"},
		{dukptAES, "123456789012345680000003", "id:12345678 device:90123456 counter:80000003",
			"id:00010010001101000101011001111000 | device:10010000000100100011010001010110 | taken:1 counter:00000000000000000000000000000 taken:1 taken:1"},
	} {
		key, ksn := dukptKey(t, c.bdk, keys.UsageBDK, c.ksn)
		x, err := explain.DUKPT(key, ksn, 0)
		require.Equal(t, ksn.Check(), err)
		require.Equal(t, c.digits, kinds(x.Steps[0].Rows[0]))
		require.Equal(t, explain.Hex, x.Steps[0].Rows[0].Unit)
		var rows []string
		for _, r := range x.Steps[1].Rows {
			require.Equal(t, explain.Bits, r.Unit)
			rows = append(rows, kinds(r))
		}
		require.Equal(t, c.bits, strings.Join(rows, " | "))
	}
}

// kinds are the parts of a row as "kind:text".
func kinds(r explain.Row) string {
	var s []string
	for _, p := range r.Parts {
		s = append(s, string(p.Kind)+":"+p.Text)
	}
	return strings.Join(s, " ")
}

// TestDUKPTNotes: what the parts say.
func TestDUKPTNotes(t *testing.T) {
	t.Parallel()
	key, ksn := dukptKey(t, dukptAES+dukptAES, keys.UsageBDK, "12345678901234560001FFFF")
	x, err := explain.DUKPT(key, ksn, keys.AES192, dukpt.MACResponse)
	require.NoError(t, err)
	counter := x.Steps[1].Rows[2].Parts
	require.Equal(t, "transaction counter: a zero is no step", counter[0].Note)
	require.Equal(t, "step 1: counter 00010000", counter[1].Note)
	require.Equal(t, "step 16: counter 0001FFFE", counter[16].Note)
	require.Equal(t, "step 17: counter 0001FFFF; terminals stop at 16", counter[17].Note)

	s := step(t, x, "Derive the MAC key, response")
	var notes []string
	for _, p := range s.Rows[1].Parts {
		notes = append(notes, strings.TrimSpace(p.Text+" "+p.Note))
	}
	require.Equal(t, []string{
		"01 version", "01 block 1 of 2", "2001 usage: MAC key, response", "0003 algorithm: AES192", "00C0 length of the key: 192 bits",
		"90123456 right half of the initial key ID", "0001FFFF transaction counter",
		"01", "02 block 2 of 2", "2001", "0003", "00C0", "90123456", "0001FFFF",
	}, notes)
	require.Equal(t, "take", string(s.Rows[3].Op))
	require.Equal(t, "M6", s.Facts[0].Value)

	key, ksn = dukptKey(t, dukptTDES, keys.UsageBDK, "FFFF9876543210E007FF")
	x, err = explain.DUKPT(key, ksn, 0)
	require.ErrorIs(t, err, dukpt.ErrCounterBits)
	last := x.Steps[1].Rows[2].Parts
	require.Equal(t, "one bit 11, and those after it: too many", last[len(last)-1].Note)
	require.Equal(t, explain.Wrong, x.Steps[1].Facts[1].Kind)
}
