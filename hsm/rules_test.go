package hsm_test

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// untouched is a device whose PIN operations fail the test.
type untouched struct {
	hsm.Device
	t *testing.T
}

var errTouched = errors.New("the device was asked")

func (d untouched) VerifyPIN(context.Context, hsm.Verification, hsm.Key, hsm.Key) error {
	d.t.Error(errTouched)
	return errTouched
}

func (d untouched) PINReference(context.Context, hsm.Reference, hsm.Key, hsm.Key) ([]byte, error) {
	d.t.Error(errTouched)
	return nil, errTouched
}

func (d untouched) GeneratePIN(context.Context, hsm.Generation, hsm.Key, hsm.Key) (hsm.Generated, error) {
	d.t.Error(errTouched)
	return hsm.Generated{}, errTouched
}

// TestFrontChecksRulesFirst: rules that cannot be applied reach no device, and
// so no PIN is tried for them.
func TestFrontChecksRulesFirst(t *testing.T) {
	t.Parallel()
	inner := soft.New()
	full := hsm.New(inner)
	for label, usage := range map[string]keys.Usage{"zpk": keys.UsagePIN, "pvk": keys.UsageVisaPVV} {
		_, err := full.GenerateKey(t.Context(), hsm.KeySpec{Label: label, Algorithm: keys.TDES2, Usage: usage})
		require.NoError(t, err)
	}
	h := hsm.New(untouched{inner, t}, hsm.AllowInProcess())
	from, m, block, ref := hsm.PINKey{Key: "zpk", Format: pinblock.ISO1}, pinverify.VisaPVV{Index: 1}, make([]byte, 8), []byte("1234")
	for want, rules := range map[error]pinverify.Rules{
		pinverify.ErrRules:   {MinLength: 3},
		pinverify.ErrRulePAN: pinverify.CommonRules(), // ISO-1 needs no PAN, and none is given
	} {
		_, err := h.PINReference(t.Context(), hsm.Reference{Block: block, From: from, Method: m, MethodKey: "pvk", Rules: rules})
		require.ErrorIs(t, err, want)
		_, err = h.ChangePIN(t.Context(), hsm.Change{Current: block, New: block, From: from, Method: m, MethodKey: "pvk", Reference: ref, Rules: rules})
		require.ErrorIs(t, err, want)
		_, err = h.GeneratePIN(t.Context(), hsm.Generation{To: from, Rules: rules})
		require.ErrorIs(t, err, want)
		require.Equal(t, "input", hsm.Outcome(err))
	}
	_, err := h.GeneratePIN(t.Context(), hsm.Generation{To: from, Length: 4, Rules: pinverify.Rules{MinLength: 5}})
	require.ErrorIs(t, err, hsm.ErrRuleLength, "nothing needs to be drawn to know that")
}

// rulesKey is a key for Arithmetic alone.
type rulesKey struct{ keys.Key }

func (rulesKey) Info() *hsm.KeyInfo { return &hsm.KeyInfo{Label: "zpk", Usage: keys.UsagePIN} }

// TestArithmeticDrawsAgain gives the random words, so that what is drawn is known.
func TestArithmeticDrawsAgain(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	key, err := keys.Generate(keys.TDES2, keys.UsagePIN)
	require.NoError(t, err)
	pan, err := pinblock.ParsePAN("4012888888881881")
	require.NoError(t, err)
	// A word is a fraction of 2^64: a little over 0, a half, a quarter of 10,000.
	words := func(tops ...byte) *bytes.Reader {
		var b []byte
		for _, top := range tops {
			b = append(b, top, 0, 0, 0, 0, 0, 1, 0)
		}
		return bytes.NewReader(b)
	}
	drawn := func(rules pinverify.Rules, random *bytes.Reader) (string, error) {
		g, err := hsm.Arithmetic{Random: random}.GeneratePIN(ctx,
			hsm.Generation{PAN: pan, Length: 4, To: hsm.PINKey{Key: "zpk", Format: pinblock.ISO0}, Rules: rules}, rulesKey{key}, nil)
		if err != nil {
			return "", err
		}
		got, err := pinblock.Open(ctx, key, pinblock.ISO0, g.Block, pan)
		require.NoError(t, err)
		for _, text := range []string{"0000", "5000", "2500"} {
			if pin, _ := pinblock.ParsePIN(text); got.Equal(pin) {
				return text, nil
			}
		}
		return "another", nil
	}
	excluded, err := pinverify.ParseExclusions([]string{"5000"})
	require.NoError(t, err)

	random := words(0x00, 0x80, 0x40)
	pin, err := drawn(pinverify.Rules{}, random)
	require.NoError(t, err)
	require.Equal(t, "0000", pin)
	require.Equal(t, 16, random.Len(), "without rules, one draw")

	pin, err = drawn(pinverify.Rules{Repeated: true}, words(0x00, 0x80, 0x40))
	require.NoError(t, err)
	require.Equal(t, "5000", pin)
	pin, err = drawn(pinverify.Rules{Repeated: true, Excluded: excluded}, words(0x00, 0x80, 0x40))
	require.NoError(t, err)
	require.Equal(t, "2500", pin)

	_, err = drawn(pinverify.Rules{Repeated: true}, words(0x00))
	require.ErrorIs(t, err, hsm.ErrUnavailable, "the generator fails at the second draw")
	random = words(make([]byte, 1000)...)
	_, err = drawn(pinverify.Rules{Repeated: true}, random)
	require.ErrorIs(t, err, hsm.ErrNoPIN)
	require.Equal(t, 8*(1000-256), random.Len(), "there is an end to trying")
	_, err = drawn(pinverify.Rules{MinLength: 5}, words(0x00))
	require.ErrorIs(t, err, hsm.ErrRuleLength, "drawing again would not make it longer")
}

// cancelling is a source of zeros that cancels the operation it is read by.
type cancelling struct {
	cancel context.CancelFunc
	reads  int
}

func (c *cancelling) Read(b []byte) (int, error) {
	c.reads++
	c.cancel()
	clear(b)
	b[len(b)-2] = 1 // a little over zero: the PIN 0000
	return len(b), nil
}

func TestDrawingStopsWhenCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	key, err := keys.Generate(keys.TDES2, keys.UsagePIN)
	require.NoError(t, err)
	random := &cancelling{cancel: cancel}
	_, err = hsm.Arithmetic{Random: random}.GeneratePIN(ctx, hsm.Generation{Length: 4,
		To: hsm.PINKey{Key: "zpk", Format: pinblock.ISO1}, Rules: pinverify.Rules{Repeated: true}}, rulesKey{key}, nil)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 1, random.reads)
}
