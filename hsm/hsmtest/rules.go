package hsmtest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// The PINs of the tests of rules. Of all of them, goodPIN alone is taken by
// strict rules.
const goodPIN, nextPIN = "8068", "9629"

// strict returns rules for PINs of four or five digits that take goodPIN and
// refuse 7637 by a list of their own.
func strict(t *testing.T) pinverify.Rules {
	t.Helper()
	r := pinverify.CommonRules()
	r.MinLength, r.MaxLength, r.Excluded = 4, 5, exclude(t, "7637")
	return r
}

func exclude(t *testing.T, pins ...string) pinverify.Exclusions {
	t.Helper()
	e, err := pinverify.ParseExclusions(pins)
	require.NoError(t, err)
	return e
}

// weakPINs returns PINs that strict rules refuse for an account.
func weakPINs(pan string) []string {
	return []string{"1111", "1234", "8901", "4321", "1212", "7799", "2580", "7637", pan[len(pan)-4:], pan[2:6], "33333"}
}

// judges reports whether the device judges PINs. One that does not is held to
// refusing: it must not pass the rules over.
func judges(t *testing.T, r *rig) bool {
	t.Helper()
	ctx, pan, from, m := t.Context(), mustPAN(t, pans[0]), pinKey(pinblock.ISO0, false), pinverify.VisaPVV{Index: 1}
	block := r.seal(t, from, goodPIN, pans[0])
	_, err := r.hsm.PINReference(ctx, hsm.Reference{Block: block, PAN: pan, From: from, Method: m, MethodKey: pvk, Rules: strict(t)})
	_, errGenerate := r.hsm.GeneratePIN(ctx, hsm.Generation{PAN: pan, To: from, Rules: strict(t)})
	if err == nil {
		require.NoError(t, errGenerate)
		return true
	}
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.ErrorIs(t, errGenerate, errors.ErrUnsupported)
	return false
}

func testRulesOfReference(t *testing.T, r *rig) {
	if !judges(t, r) {
		return
	}
	ctx, pan := t.Context(), mustPAN(t, pans[0])
	var outcome string
	h := hsm.New(r.device, hsm.AllowInProcess(), hsm.WithObserver(func(_ context.Context, e hsm.Event) { outcome = e.Outcome }))
	for _, f := range []pinblock.Format{pinblock.ISO0, pinblock.ISO1, pinblock.ISO4} {
		from := pinKey(f, false)
		ask := func(pin string, rules pinverify.Rules) ([]byte, error) {
			return h.PINReference(ctx, hsm.Reference{Block: r.seal(t, from, pin, pans[0]), PAN: pan, From: from,
				Method: pinverify.VisaPVV{Index: 1}, MethodKey: pvk, Rules: rules})
		}
		for _, pin := range []string{goodPIN, "80681"} {
			want, err := ask(pin, pinverify.Rules{})
			require.NoError(t, err)
			got, err := ask(pin, strict(t))
			require.NoError(t, err, "%v", f)
			require.Equal(t, want, got, "rules change no reference")
		}
		for _, pin := range weakPINs(pans[0]) {
			ref, err := ask(pin, strict(t))
			require.ErrorIs(t, err, hsm.ErrWeakPIN, "%v %s", f, pin)
			require.NotErrorIs(t, err, hsm.ErrWrongPIN)
			require.NotContains(t, err.Error(), pin)
			require.Nil(t, ref)
			require.Equal(t, "weak-pin", outcome)
			_, err = ask(pin, pinverify.Rules{})
			require.NoError(t, err, "%v: without rules every PIN has a reference", f)
		}
		ref, err := ask("806812", strict(t))
		require.ErrorIs(t, err, hsm.ErrRuleLength, "%v", f)
		require.Nil(t, ref)
		require.Equal(t, "pin-length", outcome)
	}
	// A block that does not open is no weak PIN.
	from := pinKey(pinblock.ISO0, false)
	_, err := h.PINReference(ctx, hsm.Reference{Block: make([]byte, 8), PAN: pan, From: from,
		Method: pinverify.VisaPVV{Index: 1}, MethodKey: pvk, Rules: strict(t)})
	require.ErrorIs(t, err, hsm.ErrBlock)
}

// testRulesOfChange: the rules are for the new PIN alone, and what they say is
// for whoever knows the current one.
func testRulesOfChange(t *testing.T, r *rig) {
	if !judges(t, r) {
		return
	}
	ctx, pan, from, m := t.Context(), mustPAN(t, pans[0]), pinKey(pinblock.ISO0, false), pinverify.VisaPVV{Index: 1}
	const current = "1234" // as weak as any
	ref, err := m.Reference(ctx, r.soft[pvk], mustPIN(t, current), pan)
	require.NoError(t, err)
	change := func(now, next string, rules pinverify.Rules) ([]byte, error) {
		return r.hsm.ChangePIN(ctx, hsm.Change{PAN: pan, Current: r.seal(t, from, now, pans[0]), From: from,
			New: r.seal(t, from, next, pans[0]), Method: m, MethodKey: pvk, Reference: ref, Rules: rules})
	}
	want, err := m.Reference(ctx, r.soft[pvk], mustPIN(t, nextPIN), pan)
	require.NoError(t, err)
	got, err := change(current, nextPIN, strict(t))
	require.NoError(t, err, "a cardholder gets rid of a weak PIN")
	require.Equal(t, want, got)

	for next, refusal := range map[string]error{"1111": hsm.ErrWeakPIN, "7637": hsm.ErrWeakPIN, "806812": hsm.ErrRuleLength} {
		got, err := change(current, next, strict(t))
		require.ErrorIs(t, err, refusal, next)
		require.NotErrorIs(t, err, hsm.ErrWrongPIN, "a refused new PIN costs no try")
		require.Nil(t, got)

		got, err = change(goodPIN, next, strict(t))
		require.ErrorIs(t, err, hsm.ErrWrongPIN, next)
		require.NotErrorIs(t, err, refusal, "who does not know the current PIN is told nothing of the new one")
		require.Nil(t, got)
	}
	// Rules that cannot be are told before the current PIN is tried: it costs no try.
	_, err = change(goodPIN, nextPIN, pinverify.Rules{MinLength: 13})
	require.ErrorIs(t, err, pinverify.ErrRules)
	require.NotErrorIs(t, err, hsm.ErrWrongPIN)
}

func testRulesOfGeneration(t *testing.T, r *rig) {
	if !judges(t, r) {
		return
	}
	ctx, pan := t.Context(), mustPAN(t, pans[0])
	var low, all []string
	for i := range 10000 {
		all = append(all, fmt.Sprintf("%04d", i))
	}
	low = all[:7500]
	rules := strict(t)
	rules.Excluded = exclude(t, low...)
	for _, f := range []pinblock.Format{pinblock.ISO0, pinblock.ISO4} {
		to := pinKey(f, false)
		for range 12 { // a device without rules would pass once in 10^14 runs
			g, err := r.hsm.GeneratePIN(ctx, hsm.Generation{PAN: pan, To: to, Method: pinverify.VisaPVV{Index: 1}, MethodKey: pvk, Rules: rules})
			require.NoError(t, err)
			pin, err := pinblock.Open(ctx, r.soft[to.Key], f, g.Block, pan)
			require.NoError(t, err)
			require.NoError(t, rules.Judge(pin, pan), "a PIN was drawn that the rules refuse")
			want, err := pinverify.VisaPVV{Index: 1}.Reference(ctx, r.soft[pvk], pin, pan)
			require.NoError(t, err)
			require.Equal(t, want, g.Reference, "the reference is of the PIN in the block")
		}
	}
	to := pinKey(pinblock.ISO0, false)
	generate := func(n int, rules pinverify.Rules) (hsm.Generated, error) {
		return r.hsm.GeneratePIN(ctx, hsm.Generation{PAN: pan, Length: n, To: to, Rules: rules})
	}
	g, err := generate(0, pinverify.Rules{MinLength: 6})
	require.NoError(t, err)
	pin, err := pinblock.Open(ctx, r.soft[to.Key], to.Format, g.Block, pan)
	require.NoError(t, err)
	require.Equal(t, 6, pin.Len(), "the fewest digits that the rules take")

	for _, n := range []int{4, 7} {
		_, err = generate(n, pinverify.Rules{MinLength: 5, MaxLength: 6})
		require.ErrorIs(t, err, hsm.ErrRuleLength, "%d digits", n)
	}
	_, err = generate(13, pinverify.Rules{Repeated: true})
	require.ErrorIs(t, err, pinblock.ErrPINLength)
	_, err = generate(4, pinverify.Rules{MinLength: 6, MaxLength: 5})
	require.ErrorIs(t, err, pinverify.ErrRules)

	g, err = generate(4, pinverify.Rules{Excluded: exclude(t, all...)})
	require.ErrorIs(t, err, hsm.ErrNoPIN, "no PIN is left, and it ends")
	require.Nil(t, g.Block)
	_, err = generate(5, pinverify.Rules{Excluded: exclude(t, all...)})
	require.NoError(t, err)
}
