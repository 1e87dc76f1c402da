package p11rig_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/p11rig"
)

func TestFind(t *testing.T) {
	t.Parallel()
	value := []byte{0x04, 0x12, 0xAC, 0x89, 0xAB, 0xCD, 0xEF, 0x67}
	for log, form := range map[string]string{
		"data 0412ac89abcdef67":                           "hexadecimal",
		"data 0412AC89ABCDEF67":                           "hexadecimal",
		"data F0412AC89ABCDEF670":                         "hexadecimal", // half a byte on
		"04 12 AC 89 AB CD EF 67":                         "hexadecimal",
		"04 12 AC 89\n\tAB CD EF 67":                      "hexadecimal",
		"30 34 31 32 41 43 38 39 41 42 43 44 45 46 36 37": "text of digits",
		"30343132616338396162636465663637":                "text of digits",
		"x" + string(value) + "y":                         "text",
		"0412AC89ABCDEF6":                                 "",
		"0412AC89 then ABCDEF67":                          "",
		"":                                                "",
	} {
		check(t, log, value, form)
	}
	pin := []byte("592814")
	for log, form := range map[string]string{
		"PIN 592814.":          "text",
		"35 39 32 38 31 34":    "hexadecimal",
		"06 59 28 14 FF FF":    "BCD",
		"06 F5 92 81 4F FF":    "BCD",
		"05 09 02 08 01 04":    "digit a byte",
		"050902080104":         "digit a byte",
		"06 59 28 1C":          "",
		"333539333238333134":   "",
		"33353339333233383331": "",
	} {
		check(t, log, pin, form)
	}
	check(t, "the secret word", []byte("SECRET"), "text")
	check(t, "73 65 63 72 65 74", []byte("secret"), "hexadecimal")
	require.Len(t, p11rig.Find([]byte(strings.Repeat("592814\n", 1000)), pin), 20)
	require.NotEmpty(t, p11rig.Find(nil, []byte{1}), "too short")
	require.Equal(t, []string{"hexadecimal, line 3"}, p11rig.Find([]byte("a\nb\nc 0412ac89abcdef67\n"), value))
}

func check(t *testing.T, log string, value []byte, form string) {
	t.Helper()
	hits := strings.Join(p11rig.Find([]byte(log), value), "; ")
	if form == "" {
		require.Empty(t, hits, "%q", log)
	} else {
		require.Contains(t, hits, form+", line", "%q", log)
	}
}

// A value is found at every place of a dump, and only in one dump.
func TestFindInDump(t *testing.T) {
	t.Parallel()
	data := make([]byte, 100)
	for i := range data {
		data[i] = byte(i * 37)
	}
	ours, others := spyDump(data), hex.Dump(data)
	for i := range len(data) - 8 {
		require.NotEmpty(t, p11rig.Find([]byte("C_Decrypt\n"+ours+"Returned: 0\n"), data[i:i+8]), i)
		require.NotEmpty(t, p11rig.Find([]byte(others), data[i:i+8]), i)
	}
	apart := spyDump(data[:32]) + spyDump(data[32:])
	require.Empty(t, p11rig.Find([]byte(apart), data[28:36]))
	require.NotEmpty(t, p11rig.Find([]byte(apart), data[34:44]))
	word := []byte("it goes over the end of the line")
	require.NotEmpty(t, p11rig.Find([]byte(spyDump(word)), []byte("end of the LINE")))
}

// spyDump prints bytes as the spy does.
func spyDump(b []byte) string {
	var out strings.Builder
	for i := 0; i < len(b); i += 16 {
		line := b[i:min(i+16, len(b))]
		chars := bytes.Map(func(r rune) rune {
			if r < ' ' || r > '~' {
				return '.'
			}
			return r
		}, line)
		fmt.Fprintf(&out, "    %08X  % X %*s%s\n", i, line, 3*(16-len(line)), "", chars)
	}
	return out.String()
}

func FuzzFind(f *testing.F) {
	f.Add([]byte("before "), []byte("value"), []byte(" after"))
	f.Add([]byte("00000000  00 "), []byte{1, 2, 3}, []byte("\n"))
	f.Fuzz(func(t *testing.T, before, value, after []byte) {
		if len(value) < 3 {
			return // it counts as found
		}
		for _, written := range []string{hex.EncodeToString(value), fmt.Sprintf("% X", value)} {
			log := append(append(bytes.Clone(before), written...), after...)
			require.NotEmpty(t, p11rig.Find(log, value))
		}
	})
}
