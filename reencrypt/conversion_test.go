package reencrypt_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/reencrypt"
)

// converted runs a file into one of another name, and returns what is in it.
func converted(t *testing.T, r *rig, in, out string, change func(*reencrypt.Options)) (string, *reencrypt.Manifest) {
	t.Helper()
	o := r.options(t, in)
	o.Out = strings.TrimSuffix(o.Out, ".csv") + out
	if change != nil {
		change(&o)
	}
	m, err := reencrypt.Run(t.Context(), o)
	require.NoError(t, err)
	return read(t, o.Out), m
}

// TestConversion has rows of one kind go out as the other, with everything in them.
func TestConversion(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := card{"x", "4111111111111111", "1234"}
	old, fresh := seal(t, r.zpk1, pinblock.ISO0, c), seal(t, r.zpk2, pinblock.ISO0, c)
	const pan = "4111111111111111"
	for name, x := range map[string]struct{ in, out, text, want string }{
		"plain":   {"a.csv", ".ndjson", "pan,block\n" + pan + ",BLOCK\n", `{"pan":"` + pan + `","block":"BLOCK"}` + "\n"},
		"quotes":  {"a.csv", ".jsonl", "\ufeffblock, pan ,\"a \"\"b\"\"\",\r\n BLOCK ,\" " + pan + "\",\"x\r\n\"\"y\\\",<\x01\r\n", `{"block":"BLOCK","pan":" ` + pan + `","a \"b\"":"x\r\n\"y\\","":"<\u0001"}` + "\n"},
		"no rows": {"a.csv", ".ndjson", "pan,block\n", ""},
		"objects": {"a.ndjson", ".csv", `{"id":7,"pan":"` + pan + `","block":"BLOCK","x":{"y": [1, "z"]},"n":null,"b":true}` + "\n" +
			`{"b":"a, \"b\"\n","block":"\u0042LOCK","pan":"` + pan + "\"}\r\n",
			"id,pan,block,x,n,b\n7," + pan + ",BLOCK,\"{\"\"y\"\": [1, \"\"z\"\"]}\",,true\n," + pan + ",BLOCK,,,\"a, \"\"b\"\"\n\"\n"},
		"first and last": {"a.ndjson", ".csv", `{"block":"BLOCK","pan":"` + pan + `"}`, "block,pan\nBLOCK," + pan + "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := strings.ReplaceAll(strings.ReplaceAll(x.text, `\u0042LOCK`, fmt.Sprintf(`\u00%02X%s`, old[0], old[1:])), "BLOCK", old)
			text, m := converted(t, r, write(t, x.in, in), x.out, nil)
			require.Zero(t, m.Rejected)
			require.Equal(t, strings.ReplaceAll(x.want, "BLOCK", fresh), text)
		})
	}
}

// TestConversionOfMany goes there and back, with rows that do not open between them and
// as it is read back by others.
func TestConversionOfMany(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	cs := cards(1000)
	in := write(t, "in.csv", table(t, r, cs, 7))
	plain, _ := converted(t, r, in, ".csv", nil)
	objects, m := converted(t, r, in, ".ndjson", nil)
	require.EqualValues(t, 142, m.Rejected)
	want := rows(t, plain)
	dec := json.NewDecoder(strings.NewReader(objects))
	for _, row := range want[1:] {
		var got map[string]string
		require.NoError(t, dec.Decode(&got))
		require.Equal(t, map[string]string{"id": row[0], "pan": row[1], "block": row[2], "note": row[3]}, got)
	}
	require.False(t, dec.More())

	back := reencrypt.Job{From: toISO0().To, To: toISO0().From}
	text, m := converted(t, r, write(t, "in.ndjson", objects), ".csv", func(o *reencrypt.Options) { o.Job, o.Delimiter = back, '|' })
	require.Zero(t, m.Rejected)
	lines := csv.NewReader(strings.NewReader(text))
	lines.Comma = '|'
	list, err := lines.ReadAll()
	require.NoError(t, err)
	require.Equal(t, []string{"id", "pan", "block", "note"}, list[0])
	require.Len(t, opens(t, r.zpk1, pinblock.ISO0, cs, list[1:]), 858)
}

// TestConversionRejects what would not be in the output as it was, and nothing else.
func TestConversionRejects(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const pan = "4111111111111111"
	good := seal(t, r.zpk1, pinblock.ISO0, card{"", pan, "1234"})
	first := `{"pan":"` + pan + `","block":"` + good + `","x":1}` + "\n"
	for row, reason := range map[string]reencrypt.Reason{
		`{"pan":"` + pan + `","block":"` + good + `","y":1}`:            reencrypt.MoreMembers,
		`{"pan":"` + pan + `","block":"` + good + `","x":1,"x":2}`:      reencrypt.Malformed,
		`{"pan":"` + pan + `","block":"` + good + `","x":"\ud800"}`:     reencrypt.NotText,
		`{"pan":"` + pan + `","block":"` + good + "\",\"x\":\"\xff\"}":  reencrypt.NotText,
		`{"pan":"` + pan + `","x":1}`:                                   reencrypt.MissingBlock,
		`{"pan":"` + pan + `","block":"` + good + `","x":"` + "\x01\"}": reencrypt.Malformed,
	} {
		text, m := converted(t, r, write(t, "a.ndjson", `{"pan":"`+pan+"\"}\n[]\n"+first+row+"\n"+first), ".csv", nil)
		require.Equal(t, int64(2), m.Translated, row)
		require.Equal(t, int64(3), m.Rejected, "the two rows before the first that has a block too: %s", row)
		require.Positive(t, m.Reasons[reason], row)
		require.Equal(t, []string{"pan", "block", "x"}, rows(t, text)[0])
		require.Len(t, rows(t, text), 3)
	}
	text, m := converted(t, r, write(t, "a.csv", "pan,block,x\n"+pan+","+good+",\xff\n"+pan+","+good+",é\n"), ".ndjson", nil)
	require.Equal(t, map[reencrypt.Reason]int64{reencrypt.NotText: 1}, m.Reasons)
	require.Contains(t, text, `"x":"é"`)
	require.Equal(t, 1, strings.Count(text, "\n"))

	// A dry run says the same of the same rows.
	o := r.options(t, write(t, "a.csv", "pan,block,x\n"+pan+","+good+",\xff\n"))
	o.Job.Mode, o.Out, o.OutKind = reencrypt.DryRun, "", reencrypt.NDJSON
	m, err := reencrypt.Run(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, map[reencrypt.Reason]int64{reencrypt.NotText: 1}, m.Reasons)
}

// TestConversionResumed stops in mid-run and goes on, also where the columns are told by
// a row.
func TestConversionResumed(t *testing.T) {
	t.Parallel()
	for in, out := range map[string]string{".csv": ".ndjson", ".ndjson": ".csv"} {
		var calls counting
		r := newRig(t, calls.wrap)
		text := table(t, r, cards(2000), 5)
		if in == ".ndjson" {
			var b strings.Builder
			for _, row := range rows(t, text)[1:] {
				fmt.Fprintf(&b, `{"id":%q,"pan":%q,"block":%q}`+"\n", row[0], row[1], row[2])
			}
			text = b.String()
		}
		path := write(t, "in"+in, text)
		o := r.options(t, path)
		o.Out = strings.TrimSuffix(o.Out, in) + out
		whole, err := reencrypt.Run(t.Context(), o)
		require.NoError(t, err)
		again := r.options(t, path)
		again.Out = strings.TrimSuffix(again.Out, in) + out
		again.MaxRejects, err = reencrypt.ParseLimit("200")
		require.NoError(t, err)
		_, err = reencrypt.Run(t.Context(), again)
		require.ErrorIs(t, err, reencrypt.ErrRejects)
		again.MaxRejects, again.Resume = reencrypt.NoLimit(), true
		m, err := reencrypt.Run(t.Context(), again)
		require.NoError(t, err)
		require.Equal(t, 1, m.Resumed)
		require.Equal(t, whole.Output.SHA256, m.Output.SHA256)
		require.Equal(t, read(t, o.Out), read(t, again.Out))
	}
}
