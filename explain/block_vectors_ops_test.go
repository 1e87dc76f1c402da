package explain_test

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// refusedInput stands for an explanation of inputs that no function of this package
// takes: they are refused when they are parsed.
var refusedInput = explain.Explanation{Title: "refused"}

// blockInputs are the values of a vector, or why the library does not take them.
type blockInputs struct {
	format  pinblock.Format
	pin     pinblock.PIN
	pan     pinblock.PAN
	key     keys.Key
	block   []byte
	options *clear.Options
}

func (v blockVector) inputs(t *testing.T) (in blockInputs, err error) {
	t.Helper()
	in.format = v.formatOf(t)
	var errs [5]error
	in.pin, errs[0] = clear.PIN(v.PIN)
	in.pan, errs[1] = panOf(v.PAN)
	in.options, errs[2] = v.options()
	in.block, errs[3] = hex.DecodeString(v.Block + v.Field)
	if v.Key != "" {
		in.key, errs[4] = v.keyOf(t, in.format)
	}
	return in, errors.Join(errs[:]...)
}

func explainedEncode(t *testing.T, v blockVector) (map[string]string, explain.Explanation, error) {
	t.Helper()
	if v.Format == "ISO-4" && v.PAN == "" {
		v.PAN = "4111111111111111" // which is not in the PIN field
	}
	in, err := v.inputs(t)
	if err != nil {
		return nil, refusedInput, err
	}
	x, err := explain.Encode(told(in.format, in.pin.Len()), in.pin, in.pan, in.options)
	if in.format == pinblock.ISO4 {
		return map[string]string{"field": answerOf(x, "PIN field")}, x, err
	}
	return map[string]string{"block": answerOf(x, "block")}, x, err
}

func explainedDecode(t *testing.T, v blockVector) (map[string]string, explain.Explanation, error) {
	t.Helper()
	if v.Format == "ISO-4" && v.PAN == "" {
		v.PAN = "4111111111111111"
	}
	in, err := v.inputs(t)
	if err != nil {
		return nil, refusedInput, err
	}
	x, err := explain.Decode(in.format, in.block, in.pan, in.options)
	return map[string]string{"pin": answerOf(x, "PIN")}, x, err
}

func explainedPANField(t *testing.T, v blockVector) (map[string]string, explain.Explanation, error) {
	t.Helper()
	v.PIN = "1234"
	in, err := v.inputs(t)
	if err != nil {
		return nil, refusedInput, err
	}
	x, err := explain.Encode(in.format, in.pin, in.pan, in.options)
	return map[string]string{"field": answerOf(x, "PAN field")}, x, err
}

func explainedSeal(t *testing.T, v blockVector) (map[string]string, explain.Explanation, error) {
	t.Helper()
	in, err := v.inputs(t)
	if err != nil {
		return nil, refusedInput, err
	}
	x, err := explain.Seal(t.Context(), in.key, told(in.format, in.pin.Len()), in.pin, in.pan, in.options)
	answer := map[string]string{"block": answerOf(x, "block")}
	if in.format != pinblock.ISO4 && err == nil {
		answer["clear"] = rowOf(t, x, "clear block").Value()
	}
	return answer, x, err
}

func explainedOpen(t *testing.T, v blockVector) (map[string]string, explain.Explanation, error) {
	t.Helper()
	in, err := v.inputs(t)
	if err != nil {
		return nil, refusedInput, err
	}
	x, err := explain.Open(t.Context(), in.key, in.format, in.block, in.pan, in.options)
	return map[string]string{"pin": answerOf(x, "PIN")}, x, err
}

var errOtherPAN = errors.New("there is no way to ask for another PAN")

// leg is a side of a translation.
func leg(t *testing.T, raw json.RawMessage) (l explain.Leg, pan pinblock.PAN, err error) {
	t.Helper()
	var s blockSide
	require.NoError(t, json.Unmarshal(raw, &s))
	var errs [3]error
	l.Format = s.formatOf(t)
	l.Key, errs[0] = s.keyOf(t, l.Format)
	l.Options, errs[1] = s.options()
	pan, errs[2] = panOf(s.PAN)
	return l, pan, errors.Join(errs[:]...)
}

func explainedTranslation(t *testing.T, v blockVector) (map[string]string, explain.Explanation, error) {
	t.Helper()
	block, err1 := hex.DecodeString(v.Block)
	from, pan, err2 := leg(t, v.From)
	to, other, err3 := leg(t, v.To)
	switch {
	case pan.IsZero():
		pan = other
	case !other.IsZero() && !pan.Equal(other):
		err3 = errors.Join(err3, errOtherPAN)
	}
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, refusedInput, err
	}
	pin, err := clear.Open(t.Context(), from.Key, from.Format, block, pan, from.Options)
	if err == nil {
		to.Format = told(to.Format, pin.Len())
	}
	x, err := explain.Translate(t.Context(), block, pan, from, to)
	if v.reason == "policy" && policyOf(t, x, "pci-pin").Kind == explain.Wrong {
		return nil, x, hsm.ErrPolicy
	}
	return map[string]string{"block": answerOf(x, "block")}, x, err
}

// policyOf is what a translation says of a policy.
func policyOf(t *testing.T, x explain.Explanation, name string) explain.Fact {
	t.Helper()
	for _, f := range x.Steps[0].Facts {
		if f.Name == name {
			return f
		}
	}
	require.Fail(t, "no policy "+name)
	return explain.Fact{}
}

// policyAnswers are the answers of the vectors, by what is said of a PIN of 4 digits.
var policyAnswers = map[[2]string]string{
	{"allowed", ""}: "yes",
	{"allowed", "for the same PAN, and there is no way to ask for another"}: "same-pan",
	{"allowed", "for PINs of 4 digits"}:                                     "len4",
	{"allowed", "for PINs of 4 to 6 digits"}:                                "len4-6",
	{"to a chip card only", "for a PIN that the card itself verifies"}:      "icc-only",
}

func explainedPolicy(t *testing.T, v blockVector) (map[string]string, explain.Explanation, error) {
	t.Helper()
	var names [2]string
	require.NoError(t, json.Unmarshal(v.From, &names[0]))
	require.NoError(t, json.Unmarshal(v.To, &names[1]))
	from, to := labLeg(t, blockSide{Format: names[0]}.formatOf(t)), labLeg(t, blockSide{Format: names[1]}.formatOf(t))
	block, err := clear.Seal(t.Context(), nil, from.Key, from.Format, labPIN(t, "1234"), labPAN(t), from.Options)
	require.NoError(t, err)
	x, err := explain.Translate(t.Context(), block, labPAN(t), from, to)
	said := policyOf(t, x, v.Policy)
	if said.Value == "forbidden" {
		require.Equal(t, explain.Wrong, said.Kind)
		require.NotEmpty(t, said.Note)
		return map[string]string{"allowed": "no"}, x, err
	}
	return map[string]string{"allowed": policyAnswers[[2]string{said.Value, said.Note}]}, x, err
}
