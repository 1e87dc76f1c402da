package reencrypt_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/reencrypt"
)

// TestEveryRowOnce has some rows rejected and counts all of them.
func TestEveryRowOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	cs := cards(1000)
	for name, job := range map[string]reencrypt.Job{"iso-0": toISO0(), "iso-4": toISO4()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := r.options(t, write(t, "in.csv", table(t, r, cs, 7)))
			o.Job = job
			m, err := reencrypt.Run(t.Context(), o)
			require.NoError(t, err)
			require.EqualValues(t, 1000, m.Rows)
			require.EqualValues(t, 142, m.Rejected)
			require.EqualValues(t, 858, m.Translated)
			out, rejects := rows(t, read(t, o.Out)), rows(t, read(t, o.Rejects))
			require.Equal(t, []string{"id", "pan", "block", "note"}, out[0])
			require.Equal(t, []string{"row", "id", "pan", "code", "reason"}, rejects[0])
			var times map[string]int
			if name == "iso-0" {
				times = opens(t, r.zpk2, pinblock.ISO0, cs, out[1:])
			} else {
				times = opens(t, r.zpk4, pinblock.ISO4, cs, out[1:])
			}
			for _, row := range rejects[1:] {
				times[row[1]]++
				require.Equal(t, "block", row[3])
				require.Regexp(t, `^411111\*{6}\d{4}$`, row[2])
			}
			require.Len(t, times, 1000)
			for id, n := range times {
				require.Equal(t, 1, n, id)
			}
			require.NotContains(t, read(t, o.Rejects), "0011223344556677")
			for _, left := range []string{o.Out + ".partial", o.Rejects + ".partial", reencrypt.CheckpointOf(o.Out)} {
				require.NoFileExists(t, left)
			}
			var kept reencrypt.Manifest
			require.NoError(t, json.Unmarshal([]byte(read(t, reencrypt.ManifestOf(o.Out))), &kept))
			require.Equal(t, m.Output, kept.Output)
			for _, path := range []string{o.Out, o.Rejects, reencrypt.ManifestOf(o.Out)} {
				info, err := os.Stat(path)
				require.NoError(t, err)
				require.Equal(t, os.FileMode(0o600), info.Mode())
			}
		})
	}
}

// TestTheRestStaysAsItIs compares every byte that is not a block.
func TestTheRestStaysAsItIs(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := card{"x", "4111111111111111", "1234"}
	old, fresh := seal(t, r.zpk1, pinblock.ISO0, c), seal(t, r.zpk2, pinblock.ISO0, c)
	for name, text := range map[string]string{
		"plain.csv":       "pan,block\n4111111111111111,BLOCK\n",
		"order.csv":       "block,a,pan,b\nBLOCK,1,4111111111111111,2\n",
		"bom.csv":         "\ufeffpan,block\r\n4111111111111111,BLOCK\r\n",
		"noend.csv":       "pan,block\n4111111111111111,BLOCK",
		"quotes.csv":      "\"pan\",\"block\",\"a \"\"b\"\"\"\n\"4111111111111111\",\"BLOCK\",\"x \"\"y\"\", \r\nz\"\n",
		"empty.csv":       "a,pan,block,b\n,4111111111111111,BLOCK,\n\"\",4111111111111111,BLOCK,\"\"\n",
		"unicode.csv":     "näme,pan,block\nŽofie 🂡,4111111111111111,BLOCK\n\xff\xfe,4111111111111111,BLOCK\n",
		"spaces.csv":      "pan , block , c\n 4111111111111111 , BLOCK , x \n",
		"case.csv":        "PAN,Block\n4111111111111111,BLOCK\n",
		"members.ndjson":  "{\"pan\":\"4111111111111111\", \"n\": 1.50, \"block\" : \"BLOCK\",\"x\":{\"block\":[1,\"a\\\"}\"]}}\n",
		"odd.ndjson":      "{ \"a\\u0062\":null,\"block\":\"BLOCK\",\"pan\":\"4111111111111111\",\"a\\u0062\":true }\r\n",
		"bom.ndjson":      "\ufeff{\"pan\":\"4111111111111111\",\"block\":\"BLOCK\"}\n",
		"escaped.ndjson":  "{\"p\\u0061n\":\"\\u0034111111111111111\",\"block\":\"BLOCK\",\"ksn\":null}\n{\"block\":\"BLOCK\",\"pan\":\"4111111111111111\"}",
		"blanks.ndjson":   "{\"pan\":\" 4111111111111111\\t\",\"block\":\" BLOCK  \"}\n",
		"unicode.ndjson":  "{\"pan\":\"4111111111111111\",\"block\":\"BLOCK\",\"ž\":\"<&>\u2028\"}\n",
		"name.jsonl":      "{\"pan\":\"4111111111111111\",\"block\":\"BLOCK\"}\n",
		"headeronly.csv":  "pan,block\n",
		"nothing.ndjson":  "",
		"lowercase.csv":   "pan,block\n4111111111111111,block\n",
		"newlines.csv":    "a,pan,block\n\"1\n2\n\n3\",4111111111111111,BLOCK\n",
		"many.csv":        "pan,block,x\n" + strings.Repeat("4111111111111111,BLOCK,\"a\n,\"\n", 500),
		"manylong.ndjson": strings.Repeat("{\"pan\":\"4111111111111111\",\"block\":\"BLOCK\",\"x\":\""+strings.Repeat("y", 60000)+"\"}\n", 60),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := strings.ReplaceAll(strings.ReplaceAll(text, "BLOCK", old), ",block\n", ",block\n")
			if name == "lowercase.csv" {
				in = "pan,block\n4111111111111111," + strings.ToLower(old) + "\n"
				text = "pan,block\n4111111111111111,BLOCK\n"
			}
			o := r.options(t, write(t, name, in))
			m, err := reencrypt.Run(t.Context(), o)
			require.NoError(t, err)
			require.Zero(t, m.Rejected)
			require.Equal(t, strings.ReplaceAll(text, "BLOCK", fresh), read(t, o.Out))
		})
	}
}

// TestRejected is a table of what is wrong with rows, between two that are right.
func TestRejected(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const pan = "4111111111111111"
	good := seal(t, r.zpk1, pinblock.ISO0, card{"", pan, "1234"})
	for row, reason := range map[string]reencrypt.Reason{
		"x," + pan + "," + good + ",,more":                         reencrypt.Columns,
		"x," + pan + "," + good:                                    reencrypt.Columns,
		"x,," + good + ",":                                         reencrypt.MissingPAN,
		"x,4111-1111," + good + ",":                                reencrypt.BadPAN,
		"x,41111111," + good + ",":                                 reencrypt.ShortPAN,
		"x," + pan + ",,":                                          reencrypt.MissingBlock,
		"x," + pan + "," + good[1:] + ",":                          reencrypt.BadBlock,
		"x," + pan + "," + good[1:] + "G,":                         reencrypt.BadBlock,
		"x," + pan + "," + good + good + ",":                       reencrypt.BadBlock,
		"x," + pan + ",\v" + good + ",":                            reencrypt.BadBlock,
		"x," + pan + ",0011223344556677,":                          reencrypt.DoesNotOpen,
		"x," + pan + "," + good + ",FFFF9876543210E00001":          reencrypt.UnexpectedKSN,
		"x\"y," + pan + "," + good + ",":                           reencrypt.Malformed,
		"\"x\"y," + pan + "," + good + ",":                         reencrypt.Malformed,
		"\"x," + pan + "," + good + ",":                            reencrypt.Malformed,
		strings.Repeat("x", 66<<10) + "," + pan + "," + good + ",": reencrypt.TooLong,
	} {
		fine := "ok," + pan + "," + good + ",\n"
		o := r.options(t, write(t, "in.csv", "id,pan,block,ksn\n"+fine+row+"\n"+fine))
		m, err := reencrypt.Run(t.Context(), o)
		require.NoError(t, err)
		require.Equal(t, map[reencrypt.Reason]int64{reason: 1}, m.Reasons, "%.60s", row)
		require.Len(t, rows(t, read(t, o.Out)), 3)
		list := rows(t, read(t, o.Rejects))
		require.Len(t, list, 2)
		require.Equal(t, "2", list[1][0])
		require.NotEmpty(t, list[1][4])
		require.NotContains(t, read(t, o.Rejects), good)
		require.NotContains(t, read(t, o.Rejects), pan)
	}
	for row, reason := range map[string]reencrypt.Reason{
		`{"pan":"4111111111111111"}`:                                                 reencrypt.MissingBlock,
		`{"pan":4111111111111111,"block":"` + good + `"}`:                            reencrypt.BadPAN,
		`{"pan":"4111111111111111","block":[1],"id":7}`:                              reencrypt.BadBlock,
		`{"pan":"4111111111111111","block":"` + good + `","ksn":1}`:                  reencrypt.BadKSN,
		`{"pan":1,"pan":"4111111111111111","block":"` + good + `"}`:                  reencrypt.Malformed,
		`{"pan":"4111111111111111","pan":"4111111111111111","block":"` + good + `"}`: reencrypt.Malformed,
		`{"pan":"4111111111111111","block":"` + good + `"} {}`:                       reencrypt.Malformed,
		`["pan"]`: reencrypt.Malformed,
		`{`:       reencrypt.Malformed,
		` `:       reencrypt.Malformed,
	} {
		fine := `{"id":7,"pan":"4111111111111111","block":"` + good + "\"}\n"
		o := r.options(t, write(t, "in.ndjson", fine+row+"\n"+fine))
		m, err := reencrypt.Run(t.Context(), o)
		require.NoError(t, err)
		require.Equal(t, map[reencrypt.Reason]int64{reason: 1}, m.Reasons, row)
		require.Contains(t, read(t, o.Rejects), `{"row":2,`)
	}
}

func TestSample(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	cs := cards(3000)
	o := r.options(t, write(t, "in.csv", table(t, r, cs, 0)))
	o.Sample = 200
	m, err := reencrypt.Run(t.Context(), o)
	require.NoError(t, err)
	require.EqualValues(t, 200, m.Rows)
	require.EqualValues(t, 3000, m.SampledFrom)
	require.Equal(t, sum(read(t, o.In)), m.Input.SHA256)
	list := rows(t, read(t, o.Out))[1:]
	require.Len(t, opens(t, r.zpk2, pinblock.ISO0, cs, list), 200)
	last, thirds := 0, [3]int{}
	for _, row := range list {
		var n int
		_, err := fmt.Sscanf(row[0], "card-%d", &n)
		require.NoError(t, err)
		require.Greater(t, n, last, "the order is kept")
		last = n
		thirds[(n-1)/1000]++
	}
	for _, n := range thirds {
		require.Greater(t, n, 40, "it is spread over the file: %v", thirds)
	}
	again := r.options(t, o.In)
	again.Sample = 200
	_, err = reencrypt.Run(t.Context(), again)
	require.NoError(t, err)
	require.Equal(t, read(t, o.Out), read(t, again.Out), "the same rows every time")
	few := r.options(t, write(t, "few.csv", table(t, r, cs[:5], 0)))
	few.Sample = 200
	m, err = reencrypt.Run(t.Context(), few)
	require.NoError(t, err)
	require.EqualValues(t, 5, m.Rows)
}

func TestCheckAndDryRun(t *testing.T) {
	t.Parallel()
	var calls counting
	r := newRig(t, calls.wrap)
	text := table(t, r, cards(300), 10) + "short,4111111111111111,00,\n"
	in := write(t, "in.csv", text)
	for _, c := range []struct {
		job      reencrypt.Job
		mode     reencrypt.Mode
		rejected int64
		called   bool
	}{
		{reencrypt.Job{From: toISO0().From}, reencrypt.Check, 31, true},
		{toISO4(), reencrypt.Check, 31, true},
		{toISO4(), reencrypt.DryRun, 1, false},
	} {
		calls.blocks.Store(0)
		o := r.options(t, in)
		o.Job = c.job
		o.Job.Mode = c.mode
		m, err := reencrypt.Run(t.Context(), o)
		require.NoError(t, err)
		require.EqualValues(t, 301, m.Rows)
		require.Equal(t, c.rejected, m.Rejected)
		require.Equal(t, c.called, calls.blocks.Load() > 0)
		require.NoFileExists(t, o.Out)
		require.NoFileExists(t, reencrypt.ManifestOf(o.Out))
		require.Len(t, rows(t, read(t, o.Rejects)), int(c.rejected)+1)
		o.Rejects = ""
		_, err = reencrypt.Run(t.Context(), o)
		require.NoError(t, err, "rejects are counted without a file for them")
	}
}

// TestRefusedBeforeItBegins leaves nothing behind.
func TestRefusedBeforeItBegins(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	text := table(t, r, cards(3), 0)
	for name, c := range map[string]struct {
		change func(*reencrypt.Options)
		text   string
		want   error
	}{
		"policy":        {func(o *reencrypt.Options) { o.Job.To.Format = pinblock.ISO1 }, text, hsm.ErrPolicy},
		"no key":        {func(o *reencrypt.Options) { o.Job.To.Key = "zpk9" }, text, hsm.ErrKeyNotFound},
		"key size":      {func(o *reencrypt.Options) { o.Job.To.Format = pinblock.ISO4 }, text, pinblock.ErrKeySize},
		"no block":      {nil, "pan,x\n", reencrypt.ErrColumns},
		"no pan":        {nil, "block,x\n", reencrypt.ErrColumns},
		"no ksn":        {func(o *reencrypt.Options) { o.Job.From.Key = "bdk" }, text, reencrypt.ErrColumns},
		"two pans":      {nil, "pan,PAN,block\n", reencrypt.ErrColumns},
		"empty":         {nil, "", reencrypt.ErrColumns},
		"utf-16":        {nil, "\xff\xfep\x00a\x00n\x00", reencrypt.ErrColumns},
		"bad header":    {nil, "pan,\"block\n", reencrypt.ErrColumns},
		"no such map":   {func(o *reencrypt.Options) { o.Map = map[reencrypt.Role]string{"pan": "account"} }, text, reencrypt.ErrColumns},
		"same map":      {func(o *reencrypt.Options) { o.Map = map[reencrypt.Role]string{"pan": "pan", "id": "pan"} }, text, reencrypt.ErrColumns},
		"no input":      {func(o *reencrypt.Options) { o.In += "x.csv" }, text, reencrypt.ErrInput},
		"one file":      {func(o *reencrypt.Options) { o.Rejects = o.Out }, text, reencrypt.ErrOptions},
		"in is out":     {func(o *reencrypt.Options) { o.Out = o.In }, text, reencrypt.ErrOptions},
		"same titles":   {func(o *reencrypt.Options) { o.Out += ".ndjson" }, "pan,block,x,x\n", reencrypt.ErrColumns},
		"no titles":     {func(o *reencrypt.Options) { o.Kind = reencrypt.NDJSON }, `{"pan":"4111111111111111"}`, reencrypt.ErrColumns},
		"batch":         {func(o *reencrypt.Options) { o.Batch = -1 }, text, reencrypt.ErrOptions},
		"resume pipe":   {func(o *reencrypt.Options) { o.In, o.Resume, o.Kind = "-", true, reencrypt.CSV }, text, reencrypt.ErrOptions},
		"no kind":       {func(o *reencrypt.Options) { o.In, o.Out = "-", "-" }, text, reencrypt.ErrKind},
		"is there":      {func(o *reencrypt.Options) { _ = os.WriteFile(o.Out, []byte("mine"), 0o600) }, text, reencrypt.ErrExists},
		"rejects there": {func(o *reencrypt.Options) { _ = os.WriteFile(o.Rejects, []byte("mine"), 0o600) }, text, reencrypt.ErrExists},
	} {
		t.Run(name, func(t *testing.T) {
			in := write(t, "in.csv", c.text)
			o := r.options(t, in)
			dir := filepath.Dir(o.Out)
			if c.change != nil {
				c.change(&o)
			}
			_, err := reencrypt.Run(t.Context(), o)
			require.ErrorIs(t, err, c.want)
			left, err := filepath.Glob(filepath.Join(dir, "*"))
			require.NoError(t, err)
			for _, path := range left {
				require.Equal(t, "mine", read(t, path))
			}
			require.Equal(t, c.text, read(t, in))
		})
	}
}
