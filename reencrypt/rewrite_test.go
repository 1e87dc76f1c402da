package reencrypt

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// FuzzRewrite has a record of CSV become an object and that a record again: encoding/json
// and encoding/csv read the same in them, and the block is where it is said to be.
func FuzzRewrite(f *testing.F) {
	for _, s := range []string{"a,BLOCK,b", "\"a\"\"\n\",BLOCK,\" \"", "é🂡,\"BLOCK\",\\", "<\u2028>, BLOCK ,\x01", "\xff,BLOCK,"} {
		f.Add(s, byte(','))
		f.Add(strings.ReplaceAll(s, ",", "|"), byte('|'))
	}
	f.Fuzz(func(t *testing.T, rec string, delimiter byte) {
		l, err := NewLayout(CSV, delimiter, nil)
		if err != nil || delimiter >= utf8.RuneSelf {
			return
		}
		require.NoError(t, l.Into(NDJSON, 0))
		sep := string(delimiter)
		fields, ok := csvFields([]byte(rec), l.Delimiter, nil)
		if sep == "\x00" {
			sep = ","
		}
		if !ok || len(fields) != 3 || strings.ContainsAny("ablock", sep) || l.header([]byte(strings.Join([]string{"a", "block", "c"}, sep))) != nil {
			return
		}
		r := row{text: []byte(rec)}
		if reason := l.rewrite(&r, fields); reason != "" {
			require.Equal(t, NotText, reason)
			require.False(t, utf8.ValidString(rec))
			return
		}
		var got map[string]string
		require.NoError(t, json.Unmarshal(r.text, &got))
		require.Equal(t, 1, strings.Count(string(r.text), "\n"))
		text := []byte(rec)
		block := strings.TrimSpace(string(fields[1].text(text)))
		require.Equal(t, map[string]string{"a": string(fields[0].text(text)), "block": block, "c": string(fields[2].text(text))}, got)
		if strings.ContainsFunc(block, func(c rune) bool { return c < '0' || c > '9' && c < 'A' || c > 'F' }) {
			return // no block comes here that is not hex digits
		}
		require.Equal(t, block, string(r.block.of(r.text)))

		back, err := NewLayout(NDJSON, 0, nil)
		require.NoError(t, err)
		require.NoError(t, back.Into(CSV, delimiter))
		require.NoError(t, back.Out.titled(back.titlesIn(r.text)))
		b := row{text: r.text}
		require.Empty(t, back.rewrite(&b, nil))
		require.Equal(t, block, string(b.block.of(b.text)))
		lines := csv.NewReader(strings.NewReader(string(b.text)))
		lines.Comma = rune(back.Out.Delimiter)
		list, err := lines.Read()
		require.NoError(t, err)
		clean := func(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }
		require.Equal(t, []string{clean(got["a"]), block, clean(got["c"])}, list)
	})
}
