package pinverify_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/pinblock/clear"
	"github.com/pinion-hsm/pinion/pinverify"
)

func TestParseTable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want error
	}{
		{"0123456789012345", nil},
		{"9876543210987654", nil},
		{"8351296477461538", nil},
		{"0123456700011234", nil},                    // eight different, 0 four times
		{"0123456700001234", pinverify.ErrTableWeak}, // 0 five times
		{"0123456012345601", pinverify.ErrTableWeak}, // seven different
		{"0000000000000000", pinverify.ErrTableWeak},
		{"1111111111111111", pinverify.ErrTableWeak},
		{"", pinverify.ErrTable},
		{"012345678901234", pinverify.ErrTable},
		{"01234567890123456", pinverify.ErrTable},
		{"0123456789ABCDEF", pinverify.ErrTable},
		{"012345678901234 ", pinverify.ErrTable},
		{"012345678901234:", pinverify.ErrTable},
		{"012345678901234/", pinverify.ErrTable},
		{"01234567890123\u0663", pinverify.ErrTable}, // an Arabic digit, two bytes
		{"0123456789012\xb0\xb1\xb2", pinverify.ErrTable},
	} {
		table, err := pinverify.ParseTable(c.text)
		require.ErrorIs(t, err, c.want, c.text)
		require.Equal(t, err != nil, table.IsZero(), c.text)
		fromBytes, err := pinverify.ParseTable([]byte(c.text))
		require.ErrorIs(t, err, c.want, c.text)
		require.Equal(t, err != nil, fromBytes.IsZero(), c.text)
	}
}

func TestDecimalize(t *testing.T) {
	t.Parallel()
	identity := []byte{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef}
	table := mustTable(t, "8351296477461538")
	for n := 4; n <= 16; n++ {
		pin, err := table.Decimalize(identity, n)
		require.NoError(t, err)
		require.Equal(t, "8351296477461538"[:n], clear.Digits(pin))
	}
	for _, n := range []int{-1, 0, 3, 17} {
		_, err := table.Decimalize(identity, n)
		require.ErrorIs(t, err, pinverify.ErrPIN)
	}
	for _, n := range []int{0, 7, 9, 16} {
		_, err := table.Decimalize(make([]byte, n), 4)
		require.ErrorIs(t, err, pinverify.ErrCryptogram)
	}
	_, err := pinverify.Table{}.Decimalize(identity, 4)
	require.ErrorIs(t, err, pinverify.ErrTable)

	standard, err := pinverify.StandardTable().Decimalize(identity, 16)
	require.NoError(t, err)
	require.Equal(t, "0123456789012345", clear.Digits(standard))
}

func TestNeverPrints(t *testing.T) {
	t.Parallel()
	const secret, data = "8351296477461538", "5432101234567890"
	type unexported struct { // where fmt calls no method
		table pinverify.Table
		v     pinverify.Validation
	}
	table, v := mustTable(t, secret), mustValidation(t, data)
	m := pinverify.IBM3624{Table: table, Validation: v}
	all := []any{
		table, &table, v, &v, m, &m, pinverify.GBP{Table: table, Validation: v}, pinverify.NL1{Table: table, Validation: v},
		unexported{table, v}, &unexported{table, v}, []any{table, v}, map[string]unexported{"k": {table, v}},
		struct{ M pinverify.Method }{m},
	}
	clean := func(printed, how string) {
		t.Helper()
		for _, s := range []string{secret, data} {
			require.NotContains(t, printed, s, how)
			require.NotContains(t, printed, s[:8], how)
			require.NotContains(t, printed, s[8:], how)
			var n, hi uint64
			_, err := fmt.Sscanf(s, "%x", &n)
			require.NoError(t, err)
			hi = n >> 32
			require.NotContains(t, printed, fmt.Sprint(n), how)
			require.NotContains(t, printed, fmt.Sprint(hi), how)
		}
	}
	for i, x := range all {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%c", "%U", "%b", "%o", "%t", "%e"} {
			clean(fmt.Sprintf(verb, x), fmt.Sprint(verb, " of ", i))
		}
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("m", "x", x)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("m", "x", x)
		clean(log.String(), fmt.Sprint("slog of ", i))
	}
	require.Equal(t, "[decimalization table] [validation data]", fmt.Sprint(table, v))
	require.Equal(t, "PAN digits 4 to 19, pad F", pinverify.ValidationFromPAN(3, 16, 0xf).String())
}

func TestDoesNotMarshal(t *testing.T) {
	t.Parallel()
	table, v := mustTable(t, "8351296477461538"), mustValidation(t, "5432101234567890")
	for _, x := range []any{table, &table, v, &v, pinverify.IBM3624{Table: table, Validation: v}, map[string]any{"t": table}} {
		_, err := json.Marshal(x)
		require.Error(t, err)
		require.NotContains(t, err.Error(), "8351")
		require.NotContains(t, err.Error(), "5432")
	}
	require.Error(t, gob.NewEncoder(new(bytes.Buffer)).Encode(table))

	var into pinverify.IBM3624
	for _, text := range []string{`{"Table":"8351296477461538"}`, `{"Validation":"5432101234567890"}`} {
		err := json.Unmarshal([]byte(text), &into)
		require.Error(t, err)
		require.NotContains(t, err.Error(), "8351")
		require.NotContains(t, err.Error(), "5432")
	}
}

func FuzzParseTable(f *testing.F) {
	for _, seed := range []string{"0123456789012345", "8351296477461538", "0000000000000000", "0123456789ABCDEF", "", "012345678901234\xff"} {
		f.Add(seed)
	}
	identity := []byte{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef}
	f.Fuzz(func(t *testing.T, text string) {
		digits, different, most := true, 0, 0
		for d := '0'; d <= '9'; d++ {
			n := strings.Count(text, string(d))
			different += min(n, 1)
			most = max(most, n)
		}
		for _, c := range []byte(text) {
			digits = digits && '0' <= c && c <= '9'
		}
		table, err := pinverify.ParseTable(text)
		switch {
		case len(text) != 16 || !digits:
			require.Equal(t, pinverify.ErrTable, err)
		case different < 8 || most > 4:
			require.Equal(t, pinverify.ErrTableWeak, err)
		default:
			require.NoError(t, err)
			pin, err := table.Decimalize(identity, 16)
			require.NoError(t, err)
			require.Equal(t, text, clear.Digits(pin))
		}
	})
}
