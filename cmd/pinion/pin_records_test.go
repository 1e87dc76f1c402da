package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// testHSM returns keys in memory: zpk1 and zpk2 for PIN blocks, pvk for PVVs.
func testHSM(t testing.TB, opts ...hsm.Option) *hsm.HSM {
	t.Helper()
	h := hsm.New(soft.New(), opts...)
	t.Cleanup(func() { _ = h.Close() })
	add := func(label string, k keys.Key, err error) {
		require.NoError(t, err)
		_, err = h.ImportKey(context.Background(), hsm.KeySpec{Label: label}, k)
		require.NoError(t, err)
	}
	zpk1, err := cleartext.ParseTDES("0123456789ABCDEFFEDCBA9876543210", keys.UsagePIN)
	add("zpk1", zpk1, err)
	zpk2, err := cleartext.ParseAES("F0E0D0C0B0A090807060504030201000", keys.UsagePIN)
	add("zpk2", zpk2, err)
	pvk, err := cleartext.ParseTDES("0123456789ABCDEFFEDCBA9876543210", keys.UsageVisaPVV)
	add("pvk", pvk, err)
	return h
}

var (
	testFrom = hsm.PINKey{Key: "zpk1", Format: pinblock.ISO0}
	testTo   = hsm.PINKey{Key: "zpk2", Format: pinblock.ISO4}
)

func translateJob(h *hsm.HSM) job {
	return func(ctx context.Context, rs []request) ([]result, error) {
		return translateMany(ctx, h, hsm.Batch{From: testFrom, To: testTo}, rs)
	}
}

func verifyJob(h *hsm.HSM) job {
	m := &methodFlags{name: "visa-pvv", key: "pvk"}
	return each(func(ctx context.Context, r *request) (answer, error) {
		return verifyOne(ctx, h, hsm.Verification{From: testFrom, Method: pinverify.VisaPVV{Index: 2}, MethodKey: "pvk"}, m, r)
	})
}

const (
	goodPAN   = "4111111111111111"
	goodBlock = "2A3D408A1977DDE9" // of PIN 1234
	goodLine  = `{"id": "good", "pan": "4111111111111111", "block": "2A3D408A1977DDE9", "reference": "4200"}`
)

// badLines are lines that must be answered by an error, with what it says.
var badLines = []struct{ name, line, field, want string }{
	{"blank", "", "", "blank"},
	{"spaces", "   ", "", "blank"},
	{"not JSON", "pan=4999999999999999", "", "not a JSON object"},
	{"cut off", `{"pan": "4999999999999999", "block": "DEADBEEF`, "", "not a JSON object"},
	{"array", `["4999999999999999"]`, "", "not a JSON object"},
	{"number", `4999999999999999`, "", "not a JSON object"},
	{"null", `null`, "", "not a JSON object"},
	{"two objects", goodLine + " " + goodLine, "", "something after"},
	{"trailing comma", `{"pan": "4999999999999999",}`, "", "not a JSON object"},
	{"not UTF-8", "{\"id\": \"\xff\", \"pan\": \"4999999999999999\"}", "", "not UTF-8"},
	{"unknown member", `{"pan": "4111111111111111", "block": "2A3D408A1977DDE9", "pin": "8642"}`, "pin", "no such member"},
	{"member that is a PAN", `{"4999999999999999": "x"}`, "", "not shown"},
	{"member that is a block", `{"DEADBEEFDEADBEEF": "x"}`, "", "not shown"},
	{"member twice", `{"pan": "4111111111111111", "pan": "4999999999999999", "block": "2A3D408A1977DDE9"}`, "pan", "twice"},
	{"id twice", `{"id": 1, "id": 2}`, "id", "twice"},
	{"id an object", `{"id": {}, "pan": "4111111111111111"}`, "id", "string or a number"},
	{"PAN a number", `{"pan": 4999999999999999, "block": "2A3D408A1977DDE9"}`, "pan", "want a string"},
	{"PAN with spaces", `{"pan": "4999 9999 9999 9999", "block": "2A3D408A1977DDE9"}`, "pan", "decimal digits"},
	{"PAN with letters", `{"pan": "49999999X9999999", "block": "2A3D408A1977DDE9"}`, "pan", "decimal digits"},
	{"PAN too long", `{"pan": "49999999999999999999", "block": "2A3D408A1977DDE9"}`, "pan", "1 to 19"},
	{"PAN too short", `{"pan": "499999999999", "block": "2A3D408A1977DDE9"}`, "pan", "too short"},
	{"no PAN", `{"block": "2A3D408A1977DDE9"}`, "pan", "too short"},
	{"no block", `{"pan": "4111111111111111"}`, "block", "missing"},
	{"block null", `{"pan": "4111111111111111", "block": null}`, "block", "want a string"},
	{"block odd", `{"pan": "4111111111111111", "block": "DEADBEEFDEADBEE"}`, "block", "16 hex digits"},
	{"block with letters", `{"pan": "4111111111111111", "block": "DEADBEEFDEADBEXX"}`, "block", "16 hex digits"},
	{"block too long", `{"pan": "4111111111111111", "block": "DEADBEEFDEADBEEFDEADBEEFDEADBEEF"}`, "block", "16 hex digits"},
	{"block damaged", `{"pan": "4111111111111111", "block": "DEADBEEFDEADBEEF"}`, "", "invalid PIN block"},
	{"another account", `{"pan": "4999999999999999", "block": "2A3D408A1977DDE9"}`, "", "invalid PIN block"},
	{"KSN for a PIN key", `{"pan": "4111111111111111", "block": "DEADBEEFDEADBEEF", "ksn": "FFFF9876543210E00001"}`, "ksn", "no base derivation key"},
	{"KSN with letters", `{"pan": "4111111111111111", "block": "DEADBEEFDEADBEEF", "ksn": "FFFF9876543210EX0001"}`, "ksn", "16 to 20 hex digits"},
	{"KSN too short", `{"pan": "4111111111111111", "block": "DEADBEEFDEADBEEF", "ksn": "9876543210E"}`, "ksn", "16 to 20 hex digits"},
	{"KSN a number", `{"pan": "4111111111111111", "block": "DEADBEEFDEADBEEF", "ksn": 9876543210}`, "ksn", "want a string"},
	{"KSN of no transaction", `{"pan": "4111111111111111", "block": "DEADBEEFDEADBEEF", "ksn": "FFFF9876543210E00000"}`, "ksn", "counter is zero"},
	{"KSN whose counter is passed over", `{"pan": "4111111111111111", "block": "DEADBEEFDEADBEEF", "ksn": "FFFF9876543210E007FF"}`, "ksn", "too many one bits"},
	{"too long", `{"id": "` + strings.Repeat("4999999999999999", 5000) + `"}`, "", "longer than 64 KiB"},
	{"far too long", `{"id": "` + strings.Repeat("4999999999999999", 50000) + `"}`, "", "longer than 64 KiB"},
}

// secretsOf are what no answer to a bad line may contain.
var secretsOf = []string{"99999999", "9999 9999", "DEADBEEF", "2A3D408A1977DDE9", "8642", "9876543210E"}

// TestRecordsBad has a bad line between two good ones: as many lines come out as
// went in, in order, and the bad one is named without what was in it.
func TestRecordsBad(t *testing.T) {
	t.Parallel()
	for _, bad := range badLines {
		t.Run(bad.name, func(t *testing.T) {
			t.Parallel()
			in := goodLine + "\n" + bad.line + "\n" + goodLine + "\n"
			var out bytes.Buffer
			err := runRecords(t.Context(), strings.NewReader(in), &out, translateJob(testHSM(t)))
			require.Equal(t, exitNo, exitCode(err))
			lines := parseAnswers(t, out.String())
			require.Len(t, lines, 3)
			for _, i := range []int{0, 2} {
				require.Equal(t, `"good"`, string(lines[i].ID))
				require.Len(t, lines[i].Block, 32)
				require.Empty(t, lines[i].Error)
			}
			require.Equal(t, 2, lines[1].Line)
			require.Equal(t, bad.field, lines[1].Field)
			require.Contains(t, lines[1].Error, bad.want)
			require.Empty(t, lines[1].Block)
			middle := strings.Split(out.String(), "\n")[1]
			for _, s := range secretsOf {
				require.NotContains(t, middle, s)
			}
		})
	}
}

// TestRecordsAllBad has all of them at once, verified, with no end at the last.
func TestRecordsAllBad(t *testing.T) {
	t.Parallel()
	var in []string
	for _, bad := range badLines {
		in = append(in, bad.line)
	}
	in = append(in, goodLine)
	var out bytes.Buffer
	err := runRecords(t.Context(), strings.NewReader(strings.Join(in, "\n")), &out, verifyJob(testHSM(t)))
	require.Equal(t, exitNo, exitCode(err))
	lines := parseAnswers(t, out.String())
	require.Len(t, lines, len(in))
	for i, l := range lines[:len(badLines)] {
		require.Equal(t, i+1, l.Line, badLines[i].name)
		require.NotEmpty(t, l.Error, badLines[i].name)
		require.Nil(t, l.Verified)
	}
	last := lines[len(badLines)]
	require.NotNil(t, last.Verified)
	require.True(t, *last.Verified)
	for _, s := range secretsOf {
		require.NotContains(t, out.String(), s)
	}
}

func parseAnswers(t testing.TB, out string) []recordLine {
	t.Helper()
	var lines []recordLine
	for _, text := range strings.Split(strings.TrimSuffix(out, "\n"), "\n") {
		var l recordLine
		d := json.NewDecoder(strings.NewReader(text))
		d.DisallowUnknownFields()
		require.NoError(t, d.Decode(&l), text)
		lines = append(lines, l)
	}
	return lines
}

// TestRecordsMany goes over more than one batch and one buffer, and keeps order.
func TestRecordsMany(t *testing.T) {
	t.Parallel()
	const n = 3*maxBatch + 7
	var in strings.Builder
	for i := range n {
		block := goodBlock
		if i%100 == 50 {
			block = "DEADBEEFDEADBEEF"
		}
		fmt.Fprintf(&in, `{"id": %d, "pan": "%s", "block": "%s"}`+"\n", i, goodPAN, block)
	}
	var out bytes.Buffer
	err := runRecords(t.Context(), strings.NewReader(in.String()), &out, translateJob(testHSM(t)))
	require.Equal(t, exitNo, exitCode(err))
	lines := parseAnswers(t, out.String())
	require.Len(t, lines, n)
	for i, l := range lines {
		require.Equal(t, fmt.Sprint(i), string(l.ID))
		require.Equal(t, i%100 == 50, l.Error != "")
	}
}

// TestRecordsInteractive writes a record and waits for its answer before it
// writes the next: nobody waits for a batch to fill.
func TestRecordsInteractive(t *testing.T) {
	t.Parallel()
	in, question := io.Pipe()
	answers, out := io.Pipe()
	h := testHSM(t)
	done := make(chan error, 1)
	go func() {
		err := runRecords(t.Context(), in, out, translateJob(h))
		_ = out.Close()
		done <- err
	}()
	d := json.NewDecoder(answers)
	for range 3 {
		_, err := io.WriteString(question, goodLine+"\n")
		require.NoError(t, err)
		var l recordLine
		require.NoError(t, d.Decode(&l))
		require.Len(t, l.Block, 32)
	}
	require.NoError(t, question.Close())
	require.NoError(t, <-done)
}

// TestRecordsMembers: the help names every member that a record may have, and each may
// be in a record of a command that has no use for it, but for the ksn.
func TestRecordsMembers(t *testing.T) {
	t.Parallel()
	_, help, ok := strings.Cut(newPIN(nil).Long, "these members and no others:")
	require.True(t, ok)
	named, _, _ := strings.Cut(help, ".")
	for name := range recordMembers {
		require.Regexp(t, `\b`+name+`\b`, named)
		line := `{"pan": "4111111111111111", "block": "2A3D408A1977DDE9"}`
		if name != "pan" && name != "block" {
			line = strings.Replace(line, "}", `, "`+name+`": "0000"}`, 1)
		}
		var out bytes.Buffer
		err := runRecords(t.Context(), strings.NewReader(line), &out, translateJob(testHSM(t)))
		require.Equal(t, name == "ksn", err != nil, out.String())
	}
}

// TestRecordsInterrupted cancels while nothing comes in.
func TestRecordsInterrupted(t *testing.T) {
	t.Parallel()
	in, _ := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := runRecords(ctx, in, io.Discard, translateJob(testHSM(t)))
	require.Equal(t, exitInterrupted, exitCode(err))
}

// TestRecordsRefused: what concerns every record ends the command with its own
// exit code, and no line pretends to be an answer.
func TestRecordsRefused(t *testing.T) {
	t.Parallel()
	h := testHSM(t)
	one := testHSM(t)
	for name, b := range map[string]hsm.Batch{
		"no such key": {From: hsm.PINKey{Key: "none", Format: pinblock.ISO0}, To: testTo},
		"key usage":   {From: hsm.PINKey{Key: "pvk", Format: pinblock.ISO0}, To: testTo},
		"policy":      {From: testTo, To: hsm.PINKey{Key: "zpk1", Format: pinblock.ISO1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			err := runRecords(t.Context(), strings.NewReader(goodLine+"\nrubbish\n"), &out,
				func(ctx context.Context, rs []request) ([]result, error) { return translateMany(ctx, h, b, rs) })
			require.Equal(t, exitRefused, exitCode(err))
			require.Empty(t, out.String())
		})
	}
	t.Run("verified one by one", func(t *testing.T) {
		t.Parallel()
		require.NoError(t, one.DeleteKey(t.Context(), "pvk"))
		var out bytes.Buffer
		err := runRecords(t.Context(), strings.NewReader(strings.Repeat(goodLine+"\n", 100)), &out, verifyJob(one))
		require.ErrorIs(t, err, hsm.ErrKeyNotFound)
		require.Equal(t, exitRefused, exitCode(err))
		require.Empty(t, out.String())
	})
}

// TestRecordsDeviceAway: a device that fails for one batch may be back for the
// next, so its records are answered and the stream goes on.
func TestRecordsDeviceAway(t *testing.T) {
	t.Parallel()
	calls := 0
	do := func(_ context.Context, rs []request) ([]result, error) {
		if calls++; calls == 1 {
			return nil, &hsm.Error{Op: hsm.OpTranslate, Code: "CKR_DEVICE_REMOVED", Err: hsm.ErrUnavailable}
		}
		return make([]result, len(rs)), nil
	}
	in := strings.Repeat(goodLine+"\n", maxBatch+1)
	var out bytes.Buffer
	err := runRecords(t.Context(), strings.NewReader(in), &out, do)
	require.Equal(t, exitNo, exitCode(err))
	lines := parseAnswers(t, out.String())
	require.Len(t, lines, maxBatch+1)
	require.Equal(t, "unavailable", lines[0].Kind)
	require.Empty(t, lines[maxBatch].Error)
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("input/output error") }

// TestRecordsBrokenInput answers what was read before the input broke.
func TestRecordsBrokenInput(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	in := io.MultiReader(strings.NewReader(goodLine+"\n"), brokenReader{})
	err := runRecords(t.Context(), in, &out, translateJob(testHSM(t)))
	require.Equal(t, exitUsage, exitCode(err))
	require.Len(t, parseAnswers(t, out.String()), 1)
}

// FuzzRecords: whatever comes in, as many lines go out, each an answer in JSON,
// and nothing is answered with a block but a good record.
func FuzzRecords(f *testing.F) {
	f.Add([]byte(goodLine))
	for _, b := range badLines {
		if len(b.line) < maxRecord {
			f.Add([]byte(b.line + "\n" + goodLine))
		}
	}
	h := testHSM(f)
	f.Fuzz(func(t *testing.T, in []byte) {
		var out bytes.Buffer
		err := runRecords(t.Context(), bytes.NewReader(in), &out, translateJob(h))
		require.Contains(t, []int{exitOK, exitNo}, exitCode(err))
		want := bytes.Count(in, []byte("\n"))
		if len(in) > 0 && in[len(in)-1] != '\n' {
			want++
		}
		if want == 0 {
			require.Empty(t, out.String())
			return
		}
		lines := parseAnswers(t, out.String())
		require.Len(t, lines, want)
		for i, l := range lines {
			require.NotEqual(t, l.Error == "", l.Block == "", "line %d", i+1)
		}
	})
}
