package explain_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
	"github.com/pinion-hsm/pinion/pinverify"
	"github.com/pinion-hsm/pinion/testvectors"
)

// verificationIn is the inputs of all vectors about PVVs and IBM 3624.
type verificationIn struct {
	PVK         string `json:"pvk"`
	PAN         string `json:"pan"`
	PVKI        string `json:"pvki"`
	PIN         string `json:"pin"`
	PVV         string `json:"pvv"`
	Table       string `json:"table"`
	Offset      string `json:"offset"`
	PANOffset   int    `json:"pan_offset"`
	PANLength   int    `json:"pan_length"`
	PANPad      string `json:"pan_pad"`
	VData       string `json:"vdata"`
	Length      int    `json:"length"`
	Natural     string `json:"natural"`
	CheckLength int    `json:"check_length"`
	Cryptogram  string `json:"cryptogram"`
	Hex         string `json:"hex"`
}

// refusals says which errors the reason of a vector stands for.
var refusals = map[string][]error{
	"key-length": {keys.ErrKeySize},
	"key-weak":   {keys.ErrWeak},
	"offset":     {pinverify.ErrReference},
	"pad":        {pinverify.ErrPad},
	"pan":        {pinblock.ErrPAN, pinverify.ErrPAN, pinverify.ErrValidation},
	"pin":        {clear.ErrPIN, pinverify.ErrPIN},
	"pvki":       {pinverify.ErrIndex},
	"table":      {pinverify.ErrTable},
	"table-weak": {pinverify.ErrTableWeak},
}

// verificationOps explain a vector and return what the explanation answers, under the
// names that the vector has.
var verificationOps = map[string]func(*values) (map[string]any, error){
	"pvv.generate":                (*values).pvv,
	"pvv.verify":                  (*values).verifyPVV,
	"ibm3624.natural":             (*values).natural,
	"ibm3624.offset":              (*values).offset,
	"ibm3624.pin":                 (*values).pinOfOffset,
	"ibm3624.verify":              (*values).verifyOffset,
	"ibm3624.decimalise":          (*values).decimalise,
	"ibm3624.offset_from_natural": (*values).offsetFromNatural,
}

func TestVerificationVectors(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]int{"pvv.json": 42 - 2, "ibm3624.json": 99} { // two are for TestScanVectors
		f, err := testvectors.Load(testvectors.FS, name)
		require.NoError(t, err)
		ran := 0
		for i := range f.Vectors {
			v := &f.Vectors[i]
			if v.Op == "pvv.scan" {
				continue
			}
			ran++
			t.Run(name+"/"+v.ID, func(t *testing.T) { runVerification(t, v) })
		}
		require.Equal(t, want, ran, "a vector of %s was lost, or added without changing this number", name)
	}
}

func runVerification(t *testing.T, v *testvectors.Vector) {
	op, ok := verificationOps[v.Op]
	require.True(t, ok, "unknown op %s", v.Op)
	c := &values{t: t}
	require.NoError(t, json.Unmarshal(v.Inputs, &c.in))
	got, err := op(c)
	if v.ExpectError != nil {
		for _, err := range append(c.errs, err) {
			for _, want := range refusals[v.ExpectError.Reason] {
				if errors.Is(err, want) {
					return
				}
			}
		}
		t.Fatalf("%v and %v are no error for %s", c.errs, err, v.ExpectError.Reason)
	}
	require.Empty(t, c.errs)
	require.NoError(t, err)
	var want map[string]any
	require.NoError(t, json.Unmarshal(v.Expected, &want))
	require.NotEmpty(t, want)
	for name := range want {
		require.Equal(t, want[name], got[name], name)
	}
}

func (c *values) pvv() (map[string]any, error) {
	x, err := explain.PVV(c.t.Context(), c.key(keys.UsageVisaPVV), c.visa(), c.pin(), c.pan())
	requireSound(c.t, x)
	return map[string]any{"pvv": answerOf(x, "PVV")}, err
}

func (c *values) verify(m pinverify.Method, key keys.Key, reference string) (map[string]any, error) {
	x, err := explain.Verify(c.t.Context(), key, m, c.pin(), c.pan(), []byte(reference))
	requireSound(c.t, x)
	if answerOf(x, "answer") == "wrong PIN" {
		require.ErrorIs(c.t, err, pinverify.ErrWrongPIN)
		return map[string]any{"verified": false}, nil
	}
	return map[string]any{"verified": answerOf(x, "answer") == "right PIN"}, err
}

func (c *values) verifyPVV() (map[string]any, error) {
	return c.verify(c.visa(), c.key(keys.UsageVisaPVV), c.in.PVV)
}

func (c *values) verifyOffset() (map[string]any, error) {
	return c.verify(c.ibm(), c.key(keys.UsageIBM3624), c.in.Offset)
}

func (c *values) natural() (map[string]any, error) {
	table, err := pinverify.ParseTable(c.in.Table)
	c.note(err)
	v, err := pinverify.FixedValidation(c.in.VData)
	c.note(err)
	x, err := explain.NaturalPIN(c.t.Context(), c.key(keys.UsageIBM3624), pinverify.IBM3624{Table: table, Validation: v}, pinblock.PAN{}, c.in.Length)
	requireSound(c.t, x)
	if err != nil {
		return nil, err
	}
	return map[string]any{"natural": answerOf(x, "natural PIN"), "cryptogram": rowOf(c.t, x, "cryptogram").Value()}, nil
}

func (c *values) offset() (map[string]any, error) {
	x, err := explain.Offset(c.t.Context(), c.key(keys.UsageIBM3624), c.ibm(), c.pin(), c.pan())
	requireSound(c.t, x)
	return map[string]any{"offset": answerOf(x, "offset")}, err
}

// pinOfOffset looks for the PIN of the account in the verification of another one.
func (c *values) pinOfOffset() (map[string]any, error) {
	c.in.PIN = strings.Repeat("0", max(4, min(len(c.in.Offset), 16)))
	_, err := c.verify(c.ibm(), c.key(keys.UsageIBM3624), c.in.Offset)
	if err != nil || len(c.errs) > 0 {
		return nil, err
	}
	x, _ := explain.Verify(c.t.Context(), c.key(keys.UsageIBM3624), c.ibm(), c.pin(), c.pan(), []byte(c.in.Offset))
	return map[string]any{"pin": rowOf(c.t, x, "PIN of the account").Value()}, nil
}

func (c *values) decimalise() (map[string]any, error) {
	m, key := c.enciphersTo(c.in.Cryptogram, c.in.Table)
	x, err := explain.NaturalPIN(c.t.Context(), key, m, pinblock.PAN{}, c.in.Length)
	requireSound(c.t, x)
	return map[string]any{"digits": answerOf(x, "natural PIN")}, err
}

func (c *values) offsetFromNatural() (map[string]any, error) {
	m, key := c.enciphersTo(c.in.Natural+strings.Repeat("0", 16-len(c.in.Natural)), "0123456789012345")
	x, err := explain.Offset(c.t.Context(), key, m, c.pin(), pinblock.PAN{})
	requireSound(c.t, x)
	return map[string]any{"offset": answerOf(x, "offset")}, err
}
