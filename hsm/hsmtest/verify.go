package hsmtest

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// methods are the verification methods with settings, and the rig's key for each.
func methods(t *testing.T) []struct {
	m   pinverify.Method
	key string
} {
	t.Helper()
	v := pinverify.ValidationFromPAN(0, 12, 0xf)
	table := pinverify.StandardTable()
	list := []struct {
		m   pinverify.Method
		key string
	}{
		{pinverify.VisaPVV{Index: 1}, pvk}, {pinverify.VisaPVV{Index: 6}, pvk},
		{pinverify.IBM3624{Table: table, Validation: v}, ibm}, {pinverify.IBM3624{Table: table, Validation: v, CheckLength: 4}, ibm},
		{pinverify.GBP{Table: table, Validation: v}, other}, {pinverify.NL1{Table: table, Validation: v}, other},
		{pinverify.Interbank{Index: 2, ValidationDigits: "123"}, other},
		{pinverify.StoredBlock{Format: pinblock.ISO4}, aes2}, {pinverify.StoredBlock{Format: pinblock.ISO3}, zpk2},
	}
	covered := map[string]bool{}
	for _, m := range list {
		covered[m.m.Name()] = true
	}
	for _, m := range pinverify.Methods() {
		require.True(t, covered[m.Name()], "the suite does not cover %s", m.Name())
	}
	return list
}

func testVerifyEveryMethod(t *testing.T, r *rig) {
	ctx := t.Context()
	for _, m := range methods(t) {
		for _, f := range []pinblock.Format{pinblock.ISO0, pinblock.ISO1, pinblock.ISO4} {
			from, pan := pinKey(f, false), mustPAN(t, pans[1])
			right, wrong := r.seal(t, from, "1234", pans[1]), r.seal(t, from, "1235", pans[1])
			ref, err := r.hsm.PINReference(ctx, hsm.Reference{Block: right, PAN: pan, From: from, Method: m.m, MethodKey: m.key})
			if e, _ := r.device.Exposure(hsm.Work{Op: hsm.OpReference, Method: m.m, From: f}); e == hsm.Refused {
				require.Error(t, err, m.m.Name())
				if errors.Is(err, errors.ErrUnsupported) {
					// The method has no reference values: the card's PIN is what it is.
					v := hsm.Verification{Block: right, PAN: pan, From: from, Method: m.m, MethodKey: m.key}
					require.ErrorIs(t, r.hsm.VerifyPIN(ctx, v), hsm.ErrWrongPIN, m.m.Name())
				}
				continue
			}
			require.NoError(t, err, m.m.Name())
			v := hsm.Verification{Block: right, PAN: pan, From: from, Method: m.m, MethodKey: m.key, Reference: ref}
			require.NoError(t, r.hsm.VerifyPIN(ctx, v), m.m.Name())
			v.Block = wrong
			err = r.hsm.VerifyPIN(ctx, v)
			require.ErrorIs(t, err, hsm.ErrWrongPIN, m.m.Name())
			require.NotErrorIs(t, err, hsm.ErrBlock)
		}
	}
}

func testVerifyTells(t *testing.T, r *rig) {
	ctx, f := t.Context(), pinblock.ISO0
	from, pan := pinKey(f, false), mustPAN(t, pans[0])
	block := r.seal(t, from, "1234", pans[0])
	m := pinverify.VisaPVV{Index: 1}
	ref, err := r.hsm.PINReference(ctx, hsm.Reference{Block: block, PAN: pan, From: from, Method: m, MethodKey: pvk})
	require.NoError(t, err)
	want, err := m.Reference(ctx, r.soft[pvk], mustPIN(t, "1234"), pan)
	require.NoError(t, err)
	require.Equal(t, want, ref, "the device's PVV is the library's")

	good := hsm.Verification{Block: block, PAN: pan, From: from, Method: m, MethodKey: pvk, Reference: ref}
	require.NoError(t, r.hsm.VerifyPIN(ctx, good))
	for name, change := range map[string]func(*hsm.Verification){
		"a damaged block": func(v *hsm.Verification) { v.Block = bytes.Clone(block); v.Block[7] ^= 1 },
		"another PAN":     func(v *hsm.Verification) { v.PAN = mustPAN(t, pans[2]) },
		"another key":     func(v *hsm.Verification) { v.From.Key = zpk2 },
		"another format":  func(v *hsm.Verification) { v.From.Format = pinblock.ISO3 },
	} {
		v := good
		change(&v)
		err := r.hsm.VerifyPIN(ctx, v)
		require.ErrorIs(t, err, hsm.ErrBlock, name)
		require.NotErrorIs(t, err, hsm.ErrWrongPIN, "%s is not a wrong PIN: it costs no try", name)
	}
	for name, change := range map[string]func(*hsm.Verification){
		"a short block":           func(v *hsm.Verification) { v.Block = block[:7] },
		"no PAN":                  func(v *hsm.Verification) { v.PAN = pinblock.PAN{} },
		"no method":               func(v *hsm.Verification) { v.Method = nil },
		"index 7":                 func(v *hsm.Verification) { v.Method = pinverify.VisaPVV{Index: 7} },
		"no method key":           func(v *hsm.Verification) { v.MethodKey = "" },
		"a key that is not there": func(v *hsm.Verification) { v.MethodKey = "nobody" },
		"a malformed reference":   func(v *hsm.Verification) { v.Reference = []byte("12x4") },
		"no reference":            func(v *hsm.Verification) { v.Reference = nil },
	} {
		v := good
		change(&v)
		err := r.hsm.VerifyPIN(ctx, v)
		require.Error(t, err, name)
		require.NotErrorIs(t, err, hsm.ErrWrongPIN, name)
		require.NotErrorIs(t, err, hsm.ErrBlock, name)
	}
}

func testGenerate(t *testing.T, r *rig) {
	ctx, pan := t.Context(), mustPAN(t, pans[0])
	seen := map[string]bool{}
	for n := 4; n <= 12; n++ {
		for _, f := range []pinblock.Format{pinblock.ISO0, pinblock.ISO4} {
			to := pinKey(f, false)
			g, err := r.hsm.GeneratePIN(ctx, hsm.Generation{PAN: pan, Length: n, To: to, Method: pinverify.VisaPVV{Index: 1}, MethodKey: pvk})
			require.NoError(t, err)
			pin, err := pinblock.Open(ctx, r.soft[to.Key], f, g.Block, pan)
			require.NoError(t, err)
			require.Equal(t, n, pin.Len())
			require.NoError(t, r.hsm.VerifyPIN(ctx, hsm.Verification{Block: g.Block, PAN: pan, From: to,
				Method: pinverify.VisaPVV{Index: 1}, MethodKey: pvk, Reference: g.Reference}))
			seen[string(g.Block)] = true
		}
	}
	require.Len(t, seen, 18, "PINs repeat")
	g, err := r.hsm.GeneratePIN(ctx, hsm.Generation{PAN: pan, To: pinKey(pinblock.ISO0, false)})
	require.NoError(t, err)
	require.Nil(t, g.Reference)
	pin, err := pinblock.Open(ctx, r.soft[zpk1], pinblock.ISO0, g.Block, pan)
	require.NoError(t, err)
	require.Equal(t, 4, pin.Len(), "four digits unless asked otherwise")
	for _, n := range []int{-1, 1, 3, 13} {
		_, err := r.hsm.GeneratePIN(ctx, hsm.Generation{PAN: pan, Length: n, To: pinKey(pinblock.ISO0, false)})
		require.ErrorIs(t, err, pinblock.ErrPINLength, n)
	}
	_, err = r.hsm.GeneratePIN(ctx, hsm.Generation{PAN: pan, To: pinKey(pinblock.ISO0, false), MethodKey: pvk})
	require.Error(t, err, "a PVK without a method")
}

func testChange(t *testing.T, r *rig) {
	ctx, pan, from := t.Context(), mustPAN(t, pans[0]), pinKey(pinblock.ISO0, false)
	m := pinverify.VisaPVV{Index: 1}
	current, next := r.seal(t, from, "1234", pans[0]), r.seal(t, from, "9876", pans[0])
	ref, err := r.hsm.PINReference(ctx, hsm.Reference{Block: current, PAN: pan, From: from, Method: m, MethodKey: pvk})
	require.NoError(t, err)
	c := hsm.Change{PAN: pan, Current: current, From: from, New: next, Method: m, MethodKey: pvk, Reference: ref}
	changed, err := r.hsm.ChangePIN(ctx, c)
	require.NoError(t, err)
	require.NoError(t, r.hsm.VerifyPIN(ctx, hsm.Verification{Block: next, PAN: pan, From: from, Method: m, MethodKey: pvk, Reference: changed}))
	require.ErrorIs(t, r.hsm.VerifyPIN(ctx, hsm.Verification{Block: current, PAN: pan, From: from, Method: m, MethodKey: pvk, Reference: changed}), hsm.ErrWrongPIN)

	bad := c
	bad.Current = next
	got, err := r.hsm.ChangePIN(ctx, bad)
	require.ErrorIs(t, err, hsm.ErrWrongPIN)
	require.Nil(t, got)
	bad = c
	bad.New = next[:4]
	_, err = r.hsm.ChangePIN(ctx, bad)
	require.ErrorIs(t, err, pinblock.ErrBlockSize)
	// What is malformed is told before the current PIN is tried: it costs no try.
	bad.Current = next
	_, err = r.hsm.ChangePIN(ctx, bad)
	require.ErrorIs(t, err, pinblock.ErrBlockSize)
	require.NotErrorIs(t, err, hsm.ErrWrongPIN)
	bad = c
	bad.New = bytes.Clone(next)
	bad.New[0] ^= 1
	_, err = r.hsm.ChangePIN(ctx, bad)
	require.ErrorIs(t, err, hsm.ErrBlock)
}
