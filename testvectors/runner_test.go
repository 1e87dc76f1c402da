package testvectors_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/testvectors"
)

// vector returns a vector; outcome is its "expected" or "expect_error" member.
func vector(op, inputs, outcome string) testvectors.Vector {
	v := testvectors.Vector{ID: "v", Op: op, Source: "this test", Origin: "derived", Inputs: json.RawMessage(inputs),
		CheckedBy: []string{"this test"}, Confirmed: "own-only"}
	if reason, ok := strings.CutPrefix(outcome, "refused: "); ok {
		v.ExpectError = &testvectors.Refusal{Reason: reason}
	} else {
		v.Expected = json.RawMessage(outcome)
	}
	return v
}

func file(vs ...testvectors.Vector) *testvectors.File {
	return &testvectors.File{Schema: testvectors.Schema, Topic: "t", Description: "d", Conventions: json.RawMessage(`{}`), Count: len(vs), Vectors: vs}
}

func devices(t *testing.T) testvectors.Options {
	t.Helper()
	d := soft.New()
	return testvectors.Options{HSM: hsm.New(d, hsm.WithPolicy(hsm.PolicyOpen())), Policed: hsm.New(d)}
}

const (
	iso0   = `"format": "ISO-0", "pan": "5432101234567891"`
	zpk    = `"key": "0123456789ABCDEFFEDCBA9876543210"`
	pvvIn  = `"pvk": "C8199237EA5857BC40EF9DA2B5E96BBF", "pan": "5500000253210", "pvki": "1"`
	sealed = "2A3D408A1977DDE9" // 1234, 4111111111111111, ISO-0, zpk
)

// TestRunLibrary has one vector of each way to pass and to fail.
func TestRunLibrary(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name                string
		op, inputs, outcome string
		want                testvectors.Outcome
		detail              string
	}{
		{"right", "pinblock.encode", `{` + iso0 + `, "pin": "1234"}`, `{"block": "041215FEDCBA9876"}`, testvectors.Passed, ""},
		{"wrong value", "pinblock.encode", `{` + iso0 + `, "pin": "1234"}`, `{"block": "041215FEDCBA9877"}`, testvectors.Failed, "block is another"},
		{"decimal pad, of which the end needs the length", "pinblock.encode", `{"format": "IBM-3624", "pin": "1235", "pad": "5"}`,
			`{"block": "1235555555555555"}`, testvectors.Passed, ""},
		{"hex in lower case", "pinblock.encode", `{` + iso0 + `, "pin": "1234"}`, `{"block": "041215fedcba9876"}`, testvectors.Failed, "block is another"},
		{"one of two values wrong", "pinblock.encipher", `{` + zpk + `, "format": "ISO-0", "pan": "4111111111111111", "pin": "1234"}`,
			`{"block": "` + sealed + `", "clear": "041225EEEEEEEEEF"}`, testvectors.Failed, "clear is another"},
		{"accepted, must be refused", "pinblock.encode", `{` + iso0 + `, "pin": "1234"}`, `refused: pin-length`, testvectors.Failed, "accepted"},
		{"refused, must be accepted", "pinblock.encode", `{` + iso0 + `, "pin": "123"}`, `{"block": "041215FEDCBA9876"}`, testvectors.Failed, "refused"},
		{"refused", "pinblock.encode", `{` + iso0 + `, "pin": "123"}`, `refused: pin-length`, testvectors.Passed, ""},
		{"verified the other way", "pvv.verify", `{` + pvvIn + `, "pin": "1235", "pvv": "4402"}`, `{"verified": true}`, testvectors.Failed, "verified is another"},

		{"unknown operation", "pinblock.guess", `{}`, `refused: pin`, testvectors.Failed, "unknown operation"},
		{"input nobody reads", "pinblock.encode", `{` + iso0 + `, "pin": "123", "pim": ""}`, `refused: pin-length`, testvectors.Failed, `"pim"`},
		{"input in other letters", "pinblock.encode", `{` + iso0 + `, "pin": "123", "PIN": "1"}`, `refused: pin-length`, testvectors.Failed, `"PIN"`},
		{"input twice", "pinblock.encode", `{` + iso0 + `, "pin": "1234", "pin": "123"}`, `refused: pin-length`, testvectors.Failed, "twice"},
		{"input missing", "pinblock.encode", `{` + iso0 + `}`, `refused: pin-length`, testvectors.Failed, `"pin" is missing`},
		{"input null", "pinblock.encode", `{` + iso0 + `, "pin": null}`, `refused: pin-length`, testvectors.Failed, "null"},
		{"input of another type", "pinblock.encode", `{` + iso0 + `, "pin": 123}`, `refused: pin-length`, testvectors.Failed, "want a text"},
		{"inner input nobody reads", "pin.translate", `{"block": "", "from": {"format": "ISO-0", "keys": ""}, "to": {"format": "ISO-0", "key": ""}}`,
			`refused: key-length`, testvectors.Failed, "from"},
		{"expectation nobody reads", "pinblock.encode", `{` + iso0 + `, "pin": "1234"}`, `{"block": "041215FEDCBA9876", "x": ""}`, testvectors.Failed, `"x"`},
		{"nothing expected", "pinblock.encode", `{` + iso0 + `, "pin": "1234"}`, `{}`, testvectors.Failed, `"block" is missing`},
		{"card key of no card", "pinblock.encode", `{` + iso0 + `, "pin": "123", "udk_a": "0123456789ABCDEF"}`, `refused: pin-length`, testvectors.Failed, "udk_a"},
		{"data of no method", "kcv", `{"key": "00", "method": "tdes-ecb-zero", "length": 6, "data": ""}`, `refused: key-length`, testvectors.Failed, "data"},

		{"unknown format", "pinblock.encode", `{"format": "ISO-9", "pin": "123"}`, `refused: pin-length`, testvectors.Failed, "unknown format"},
		{"format with settings", "pinblock.encode", `{"format": "IBM-3624:pad=F", "pin": ""}`, `refused: pin-length`, testvectors.Failed, "unknown format"},
		{"unknown policy", "translate.policy", `{"policy": "none", "from": "ISO-0", "to": "ISO-0"}`, `refused: policy`, testvectors.Failed, "no refusal"},
		{"unknown method", "kcv", `{"key": "00", "method": "crc", "length": 6}`, `refused: key-length`, testvectors.Failed, "unknown method"},
		{"other scheme", "pin.translate", `{"block": "", "from": {"format": "ISO-0", "scheme": "X", "bdk": "", "ksn": ""}, "to": {"format": "ISO-0", "key": ""}}`,
			`refused: key-length`, testvectors.Failed, "no refusal"},
		{"other PAN", "pin.translate", `{"block": "` + sealed + `", "from": {"format": "ISO-0", ` + zpk + `, "pan": "4111111111111111"},
			"to": {"format": "ISO-0", ` + zpk + `, "pan": "4111111111111112"}}`, `refused: policy`, testvectors.Passed, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := testvectors.Run(t.Context(), file(vector(c.op, c.inputs, c.outcome)), testvectors.Options{})
			require.Len(t, r.Results, 1)
			require.Equal(t, c.want.String(), r.Results[0].Outcome.String(), r.Results[0].Detail)
			require.Contains(t, r.Results[0].Detail, c.detail)
		})
	}
}

// TestRunDevice shows that a device is asked: a wrong value fails there too.
func TestRunDevice(t *testing.T) {
	t.Parallel()
	const in4 = `{"key": "000102030405060708090A0B0C0D0E0F", "pan": "4111111111111111", "pin": "4321", "fill": "0123456789ABCDEF"}`
	cases := []struct {
		name, op, inputs, outcome, detail string
	}{
		{"encipher, other block", "pinblock.encipher", `{` + zpk + `, "format": "ISO-0", "pan": "4111111111111111", "pin": "1234"}`,
			`{"block": "3A3D408A1977DDE9", "clear": "041225EEEEEEEEEE"}`, "refused"},
		{"encipher, other PIN", "pinblock.encipher", `{` + zpk + `, "format": "ISO-0", "pan": "4111111111111111", "pin": "1235"}`,
			`{"block": "` + sealed + `", "clear": "041225EEEEEEEEEE"}`, "the PIN 1234"},
		{"encipher, other clear block", "pinblock.encipher", `{` + zpk + `, "format": "ISO-0", "pan": "4111111111111111", "pin": "1234"}`,
			`{"block": "` + sealed + `", "clear": "041225EEEEEEEEEF"}`, "clear is another"},
		{"decipher", "pinblock.decipher", `{` + zpk + `, "format": "ISO-0", "pan": "4111111111111111", "block": "` + sealed + `"}`, `{"pin": "1235"}`, "pin is another"},
		{"decipher a good block", "pinblock.decipher", `{` + zpk + `, "format": "ISO-0", "pan": "4111111111111111", "block": "` + sealed + `"}`, `refused: fill`, "accepted"},
		{"iso4", "iso4.encipher", in4, `{"block": "70487881E82D3F1EF3A87678147EDAA7"}`, "the PIN 1234"},
		{"pvv", "pvv.generate", `{` + pvvIn + `, "pin": "1234"}`, `{"pvv": "4403"}`, "pvv is another"},
		{"verify", "pvv.verify", `{` + pvvIn + `, "pin": "1234", "pvv": "4402"}`, `{"verified": false}`, "verified is another"},
		{"natural", "ibm3624.natural", `{"pvk": "0123456789ABCDEFFEDCBA9876543210", "table": "0123456789012345", "vdata": "4111111111111111", "length": 4}`,
			`{"natural": "6938"}`, "natural is another"},
		{"gbp", "gbp.pin", `{` + zpk + `, "table": "0123456789012345", "vdata": "4111111111111111", "offset": "1234"}`, `{"pin": "4175"}`, "pin is another"},
		{"kcv", "kcv", `{` + zpk + `, "method": "tdes-ecb-zero", "length": 6}`, `{"kcv": "08D7B5"}`, "kcv is another"},
		{"translate", "pin.translate", `{"block": "` + sealed + `", "from": {"format": "ISO-0", ` + zpk + `, "pan": "4111111111111111"},
			"to": {"format": "ISO-3", ` + zpk + `, "fill": "AAAAAAAAAA"}}`, `{"block": "` + sealed + `"}`, "block is another"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := devices(t)
			r := testvectors.Run(t.Context(), file(vector(c.op, c.inputs, c.outcome)), o)
			require.Equal(t, "failed", r.Results[0].Outcome.String(), r.Results[0].Detail)
			require.Contains(t, r.Results[0].Detail, c.detail)
			left, err := o.HSM.ListKeys(t.Context())
			require.NoError(t, err)
			require.Empty(t, left)
		})
	}
}

func TestStrictComparesReasons(t *testing.T) {
	t.Parallel()
	f := file(vector("pinblock.encode", `{`+iso0+`, "pin": "123"}`, `refused: control-nibble`))
	require.Equal(t, 1, testvectors.Run(t.Context(), f, testvectors.Options{}).Count(testvectors.Passed))
	r := testvectors.Run(t.Context(), f, testvectors.Options{Strict: true})
	require.Equal(t, 1, r.Count(testvectors.Failed))
	require.Contains(t, r.Results[0].Detail, "pin-length")
}

// TestDeviceTroubleIsNoRefusal: what must be refused is not "refused" by a
// device that is closed, and not by a caller that has gone away.
func TestDeviceTroubleIsNoRefusal(t *testing.T) {
	t.Parallel()
	f := file(vector("pinblock.decipher", `{`+zpk+`, "format": "ISO-0", "pan": "4111111111111111", "block": "3A3D408A1977DDE9"}`, `refused: fill`))

	good := devices(t)
	require.Equal(t, 1, testvectors.Run(t.Context(), f, good).Count(testvectors.Passed))

	closed := devices(t)
	require.NoError(t, closed.HSM.Close())
	require.Equal(t, 1, testvectors.Run(t.Context(), f, closed).Count(testvectors.Failed))

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.Equal(t, 1, testvectors.Run(ctx, f, good).Count(testvectors.Failed))
	encode := file(vector("pinblock.encode", `{`+iso0+`, "pin": "123"}`, `refused: pin-length`))
	require.Equal(t, 1, testvectors.Run(ctx, encode, testvectors.Options{}).Count(testvectors.Failed))
}

// TestPolicyOfTheDevice: a front whose policy forbids the arithmetic is not blamed
// on the vector, and a vector about the policy needs the default one.
func TestPolicyOfTheDevice(t *testing.T) {
	t.Parallel()
	legacy := file(vector("pin.translate", `{"block": "`+sealed+`", "from": {"format": "ISO-0", `+zpk+`, "pan": "4111111111111111"},
		"to": {"format": "ISO-2", `+zpk+`}}`, `refused: fill`))
	pci := hsm.New(soft.New())
	require.Equal(t, 1, testvectors.Run(t.Context(), legacy, testvectors.Options{HSM: pci}).Count(testvectors.NotRun))

	about := file(vector("pin.translate", `{"block": "`+sealed+`", "from": {"format": "ISO-0", `+zpk+`, "pan": "4111111111111111"},
		"to": {"format": "ISO-1", `+zpk+`}}`, `refused: policy`))
	o := devices(t)
	o.Policed = nil
	require.Equal(t, 1, testvectors.Run(t.Context(), about, o).Count(testvectors.NotRun))
	require.Equal(t, 1, testvectors.Run(t.Context(), about, devices(t)).Count(testvectors.Passed))
	require.Equal(t, 1, testvectors.Run(t.Context(), about, testvectors.Options{}).Count(testvectors.Passed))
}

// exposing is a device that would have the clear PIN in this process, and was not
// made to be thrown away.
type exposing struct{ *soft.Device }

func (exposing) ThrowAway() bool { return false }

func TestExposureIsNotRun(t *testing.T) {
	t.Parallel()
	f := file(vector("pvv.generate", `{`+pvvIn+`, "pin": "1234"}`, `{"pvv": "4402"}`))
	r := testvectors.Run(t.Context(), f, testvectors.Options{HSM: hsm.New(exposing{soft.New()})})
	require.Equal(t, 1, r.Count(testvectors.NotRun))
}

// TestRunRefusesFiles: a file that Parse would not have returned fails as a whole.
func TestRunRefusesFiles(t *testing.T) {
	t.Parallel()
	good := vector("pinblock.encode", `{`+iso0+`, "pin": "1234"}`, `{"block": "041215FEDCBA9876"}`)
	miscounted := file(good)
	miscounted.Count = 2
	for name, f := range map[string]*testvectors.File{
		"empty": file(), "miscounted": miscounted, "id twice": file(good, good), "zero": {},
	} {
		r := testvectors.Run(t.Context(), f, testvectors.Options{})
		require.Zero(t, r.Count(testvectors.Passed), name)
		require.Positive(t, r.Count(testvectors.Failed), name)
	}
}
