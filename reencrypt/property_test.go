package reencrypt

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

// all cuts a text, read in pieces as r gives them, into rows.
func all(t testing.TB, l *Layout, r io.Reader, most int) (text string, records []string, reasons []Reason) {
	t.Helper()
	s := &splitter{in: r, layout: l, most: most}
	var whole strings.Builder
	for {
		c, err := s.next()
		if err == io.EOF {
			return whole.String(), records, reasons
		}
		require.NoError(t, err)
		whole.Write(c.data)
		for _, rec := range c.records {
			records, reasons = append(records, string(rec.of(c.data))), append(reasons, rec.reason)
			if rec.number != int64(len(records)) {
				t.Fatal("rows are numbered one after the other")
			}
		}
	}
}

// sampled holds the rows of a sample, each cut out of its surroundings, to what they were
// there.
func sampled(t testing.TB, l *Layout, text string, size int) {
	t.Helper()
	rows := &splitter{in: strings.NewReader(text), layout: l, most: 7}
	s, err := NewSampler(Sampling{Rows: size, Batch: 5}, rows.next)
	require.NoError(t, err)
	for {
		c, err := s.Next()
		if err == io.EOF {
			return
		}
		require.NoError(t, err)
		again, err := NewScattered(l, c.Places(), c.Data())
		require.NoError(t, err)
		require.Equal(t, c, again)
	}
}

// FuzzCSV holds the rows and fields to those of encoding/csv where it takes the
// text, and to nothing being lost where it does not. A tilde stands for more lines than a
// row may have bytes.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{"", "a,b\n", "a,\"b\"\r\n", "\"a\nb\",c\n\n\nd", "a\"b\n", "\"a\"b\nc\n", "\"a\nb\nc\n", "\"a\"\"\",\n", "\"a\"\r", "a\r\n\r\nb\r",
		"a,\"~\"\nb,c\n", "\"~\",\"\"~\"\"\"\r\nb", "\"~\n~\nc,d\n", "\"~\"x\nc,d\n", "\"a\n~\"\n\"~\"", "~\n\"~"} {
		f.Add(s, uint8(3))
	}
	lines := strings.Repeat("x,y\n", 1+maxRecord/4)
	f.Fuzz(func(t *testing.T, text string, most uint8) {
		text = strings.Replace(text, "~", lines, 3)
		l := &Layout{Kind: CSV, Delimiter: ','}
		got, records, reasons := all(t, l, strings.NewReader(text), int(most)+1)
		require.Equal(t, text, got, "every byte is in a chunk")
		sampled(t, l, text, int(most)+1)
		_, again, _ := all(t, l, iotest.OneByteReader(strings.NewReader(text)), 1)
		require.Equal(t, records, again, "how it is read does not matter")
		bad := false
		for i := range records {
			fields, ok := csvFields(chomp([]byte(records[i])), ',', nil)
			require.Equal(t, reasons[i] == "", ok && len(records[i]) <= maxRecord, "%q", records[i])
			require.True(t, !ok || len(fields) > 0)
			bad = bad || !ok
		}
		r := csv.NewReader(strings.NewReader(text))
		r.FieldsPerRecord = -1
		want, err := r.ReadAll()
		if err != nil || strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\r") {
			return // a lone carriage return is a line end for some and not for others
		}
		require.False(t, bad)
		require.Len(t, records, len(want))
		for i, rec := range records {
			rec := []byte(rec)
			fields, ok := csvFields(chomp(rec), ',', nil)
			require.True(t, ok)
			require.Len(t, fields, len(want[i]))
			for j, f := range fields {
				require.Equal(t, want[i][j], strings.ReplaceAll(string(f.text(rec)), "\r\n", "\n"))
			}
		}
	})
}

// FuzzMembers holds what is found in a JSON object to encoding/json.
func FuzzMembers(f *testing.F) {
	for _, s := range []string{"{}", `{"a":1}`, `{"a":"\"}","b":[{"a":2},"]"],"c":-1e5 , "d":null}`, `{"a"`, `[]`, ` {"":{}} `, `{"a":{}}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := map[string]string{}
		ok := members([]byte(text), func(m member) bool {
			name, ok := unquoted([]byte(`"` + string(m.name) + `"`))
			require.True(t, ok)
			got[string(bytes.ToValidUTF8(name, []byte("�")))] = text[m.value.start:m.value.end]
			return true
		})
		var want map[string]json.RawMessage
		err := json.Unmarshal([]byte(text), &want)
		if err != nil || want == nil {
			require.False(t, ok)
			return
		}
		require.True(t, ok)
		require.LessOrEqual(t, len(got), len(text))
		for name, value := range want {
			if text, ok := got[name]; ok { // names that are not UTF-8 may fall together
				require.True(t, json.Valid([]byte(text)))
				require.Equal(t, string(value), text)
			}
		}
	})
}

// TestRandomTables writes tables with encoding/csv and reads them back in pieces.
func TestRandomTables(t *testing.T) {
	t.Parallel()
	alphabet := []rune("ab\",\n ;'0é🂡\t")
	rng := rand.New(rand.NewPCG(7, 7))
	for range 300 {
		width := 1 + rng.IntN(6)
		var want [][]string
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		w.UseCRLF = rng.IntN(2) == 0
		for range rng.IntN(50) {
			row := make([]string, width)
			for i := range row {
				var s []rune
				for range rng.IntN(9) {
					s = append(s, alphabet[rng.IntN(len(alphabet))])
				}
				row[i] = string(s)
			}
			if width == 1 && row[0] == "" {
				row[0] = "x"
			}
			want = append(want, row)
			require.NoError(t, w.Write(row))
		}
		w.Flush()
		l := &Layout{Kind: CSV, Delimiter: ','}
		text, records, _ := all(t, l, iotest.HalfReader(bytes.NewReader(b.Bytes())), 1+rng.IntN(20))
		require.Equal(t, b.String(), text)
		require.Len(t, records, len(want))
		for i, rec := range records {
			fields, ok := csvFields(chomp([]byte(rec)), ',', nil)
			require.True(t, ok)
			for j, f := range fields {
				require.Equal(t, want[i][j], strings.ReplaceAll(string(f.text([]byte(rec))), "\r\n", "\n"))
			}
		}
	}
}

// TestLongRecords holds the place where one ends to be the same however much was
// read when it was looked for.
func TestLongRecords(t *testing.T) {
	t.Parallel()
	l := &Layout{Kind: CSV, Delimiter: ','}
	for _, n := range []int{maxRecord - 3, maxRecord - 2, maxRecord - 1, maxRecord, maxRecord + 1, 3 * maxRecord, maxChunk + 1} {
		for _, text := range []string{
			strings.Repeat("x", n) + "\nok\n",
			"\"" + strings.Repeat("x", n) + "\"\nok\n",
			"\"" + strings.Repeat("x\n", n/2) + "\"\nok\n",
			"\"" + strings.Repeat("x", n) + "\nok\n",
			"\"a\n" + strings.Repeat("x", n) + "\"\nok\n",
			"\"" + strings.Repeat("x", n) + "\"",
			"\"" + strings.Repeat("x", n) + "\n\",\"\n\"\nok\n",
			strings.Repeat("x", n),
		} {
			got, records, reasons := all(t, l, strings.NewReader(text), 100)
			require.Equal(t, text, got)
			small, again, _ := all(t, l, iotest.HalfReader(strings.NewReader(text)), 1)
			require.Equal(t, text, small)
			require.Equal(t, records, again)
			require.Equal(t, strings.ReplaceAll(text, "\n\n", "\n"), strings.Join(records, ""))
			require.Len(t, reasons, len(records))
		}
	}
	_, err := (&splitter{in: strings.NewReader(strings.Repeat("x", maxLine+readSize+1) + "\n"), layout: l, most: 9}).next()
	require.ErrorIs(t, err, ErrRows)
}

// TestLongQuotedRecords wants a long record with lines in a field to be one, which is too
// long, wherever its quote is closed; and one whose quote nothing closes to be a line.
func TestLongQuotedRecords(t *testing.T) {
	t.Parallel()
	const line, after = "inner,line,z\n", "ok,1,2\n\"q\nr\",1,2\n"
	l := &Layout{Kind: CSV, Delimiter: ','}
	for _, n := range []int{maxRecord, readSize, maxChunk, maxLine - 8} {
		lines := strings.Repeat(line, n/len(line))
		_, records, reasons := all(t, l, strings.NewReader("a,\""+lines+"\",c\n"+after), 100)
		require.Equal(t, []Reason{TooLong, "", ""}, reasons[max(0, len(reasons)-3):])
		require.Len(t, records, 3)
		again := NewChunk(l, 1, []byte(strings.Join(records, "")))
		require.Equal(t, 3, again.Rows())
		require.Equal(t, TooLong, again.records[0].reason)
	}
	for _, n := range []int{maxRecord, maxChunk + 1, maxLine + 1} { // and then there is no end
		lines := strings.Repeat(line, 1+n/len(line))
		text, records, reasons := all(t, l, strings.NewReader("a,\"b\n"+lines), 1000)
		require.Equal(t, "a,\"b\n"+lines, text)
		require.Len(t, records, 1+strings.Count(lines, "\n"))
		require.Equal(t, Malformed, reasons[0])
		require.Equal(t, make([]Reason, len(reasons)-1), reasons[1:])
	}
}
