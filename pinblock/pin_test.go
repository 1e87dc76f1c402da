package pinblock_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/pinblock"
)

func TestParsePIN(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"0000", "1234", "99999", "123456789012", "000000000000"} {
		p, err := pinblock.ParsePIN(good)
		require.NoError(t, err)
		require.Equal(t, len(good), p.Len())
		require.False(t, p.IsZero())
		q, err := pinblock.ParsePIN([]byte(good))
		require.NoError(t, err)
		require.True(t, p.Equal(q))
	}
	for _, bad := range []string{"", "123", "1234567890123", "12a4", "12 4", "12/4", "12:4", "١٢٣٤", "１２３４", "-123", "+1234", "1234\n", "12\x0034"} {
		p, err := pinblock.ParsePIN(bad)
		require.ErrorIs(t, err, pinblock.ErrPIN, "%q", bad)
		require.True(t, p.IsZero())
	}
}

func TestParsePAN(t *testing.T) {
	t.Parallel()
	for n := 1; n <= 19; n++ {
		p := mustPAN(t, "9876543210987654321"[:n])
		require.Equal(t, n, p.Len())
		require.True(t, p.Equal(mustPAN(t, "9876543210987654321"[:n])))
	}
	for _, bad := range []string{"", "12345678901234567890", "4111 1111 1111 1111", "411111111111111x", "٤111111111111111", "4111-1111"} {
		_, err := pinblock.ParsePAN(bad)
		require.ErrorIs(t, err, pinblock.ErrPAN, "%q", bad)
	}
}

func TestEqual(t *testing.T) {
	t.Parallel()
	a := mustPIN(t, "1234")
	for _, other := range []string{"1235", "0234", "12340", "123400", "4321"} {
		require.False(t, a.Equal(mustPIN(t, other)), other)
	}
	require.False(t, pinblock.PIN{}.Equal(pinblock.PIN{}), "no PIN is not a PIN")
	require.False(t, a.Equal(pinblock.PIN{}))

	p := mustPAN(t, "4111111111111111")
	for _, other := range []string{"4111111111111112", "04111111111111111", "411111111111111", "5111111111111111"} {
		require.False(t, p.Equal(mustPAN(t, other)), other)
	}
	require.False(t, pinblock.PAN{}.Equal(pinblock.PAN{}))
	require.False(t, mustPAN(t, "0000000000000000000").Equal(mustPAN(t, "000000000000000000")), "leading zeros count")
}

// FuzzParse holds both parsers to their promise: exactly the texts of 4 to 12,
// and of 1 to 19, bytes '0' to '9' are accepted.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"1234", "123456789012", "4111111111111111", "12a4", "١٢٣٤", "12:4", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		digits := true
		for i := range len(text) {
			digits = digits && text[i] >= '0' && text[i] <= '9'
		}
		pin, err := pinblock.ParsePIN(text)
		if want := digits && len(text) >= 4 && len(text) <= 12; (err == nil) != want || want && pin.Len() != len(text) {
			t.Fatalf("ParsePIN of %d bytes: %v, length %d", len(text), err, pin.Len())
		}
		pan, err := pinblock.ParsePAN([]byte(text))
		if want := digits && len(text) >= 1 && len(text) <= 19; (err == nil) != want || want && pan.Len() != len(text) {
			t.Fatalf("ParsePAN of %d bytes: %v, length %d", len(text), err, pan.Len())
		}
	})
}
