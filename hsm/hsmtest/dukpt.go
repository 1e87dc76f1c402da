package hsmtest

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// testDUKPT is for devices that derive PIN keys. One that derives those of AES
// DUKPT only says of the others that they are not supported.
func testDUKPT(t *testing.T, r *rig) {
	r.importBDKs(t)
	if _, ok := r.device.(hsm.Deriver); !ok {
		for _, b := range bdks {
			require.ErrorIs(t, r.tryDUKPT(t, b.alg, b.ksn, b.format), errors.ErrUnsupported)
		}
		return
	}
	derived := map[keys.Algorithm]bool{}
	for _, b := range bdks {
		if err := r.tryDUKPT(t, b.alg, b.ksn, b.format); b.alg.BlockSize() != 8 || !errors.Is(err, errors.ErrUnsupported) {
			require.NoError(t, err, b.alg)
			derived[b.alg] = true
		}
	}
	r.testDUKPTVectors(t, derived)
	for _, b := range bdks {
		if !derived[b.alg] {
			continue
		}
		for _, label := range []string{"bdk" + b.alg.String(), "initial" + b.alg.String()} {
			first, err := mustKSN(t, b.ksn).Next()
			require.NoError(t, err)
			if b.alg.BlockSize() == 8 && r.refusesKey(t, label, first, b.format) {
				continue
			}
			r.testDUKPTOperations(t, hsm.PINKey{Key: label, Format: b.format, KSN: first})
			r.testDUKPTBatch(t, hsm.PINKey{Key: label, Format: b.format}, first)
			r.testDUKPTLongBatch(t, hsm.PINKey{Key: label, Format: b.format}, first)
		}
	}
	for _, b := range bdks {
		if derived[b.alg] {
			r.testDUKPTReplaced(t, b.alg, b.ksn, b.format)
		}
	}
	r.testDUKPTTDESUnderAES(t)
	r.testDUKPTRefuses(t)
	r.testDUKPTConcurrent(t)
	r.testDUKPTEnds(t)
}

// testDUKPTReplaced deletes a BDK that is kept, and gives its label to another:
// nothing of the first is left that the second could be mistaken for.
func (r *rig) testDUKPTReplaced(t *testing.T, a keys.Algorithm, ksn string, f pinblock.Format) {
	const label = "replaced"
	first, err := mustKSN(t, ksn).Next()
	require.NoError(t, err)
	from, to := hsm.PINKey{Key: label, Format: f, KSN: first}, pinKey(pinblock.ISO3, true)
	for range 3 {
		r.soft[label], err = keys.Generate(a, keys.UsageBDK)
		require.NoError(t, err)
		_, err = r.hsm.ImportKey(t.Context(), hsm.KeySpec{Label: label}, r.soft[label])
		require.NoError(t, err)
		block, err := r.hsm.TranslatePIN(t.Context(), hsm.Translation{Block: r.sealDUKPT(t, from, "482915", pans[0]), PAN: mustPAN(t, pans[0]), From: from, To: to})
		require.NoError(t, err)
		r.requirePIN(t, to, block, "482915", pans[0])
		require.NoError(t, r.hsm.DeleteKey(t.Context(), label))
	}
	delete(r.soft, label)
}

// refusesKey reports whether the device does not derive from a key at all: TDES DUKPT
// from an initial key takes other objects than from a BDK.
func (r *rig) refusesKey(t *testing.T, label string, ksn dukpt.KSN, f pinblock.Format) bool {
	from := hsm.PINKey{Key: label, Format: f, KSN: ksn}
	_, err := r.hsm.TranslatePIN(t.Context(), hsm.Translation{Block: r.sealDUKPT(t, from, "1234", pans[0]),
		PAN: mustPAN(t, pans[0]), From: from, To: pinKey(pinblock.ISO0, true)})
	return errors.Is(err, errors.ErrUnsupported)
}

// tryDUKPT translates one block of the first transaction under a BDK.
func (r *rig) tryDUKPT(t *testing.T, bdk keys.Algorithm, ksn string, f pinblock.Format) error {
	first, err := mustKSN(t, ksn).Next()
	require.NoError(t, err)
	from := hsm.PINKey{Key: "bdk" + bdk.String(), Format: f, KSN: first}
	_, err = r.hsm.TranslatePIN(t.Context(), hsm.Translation{Block: r.sealDUKPT(t, from, "1234", pans[0]),
		PAN: mustPAN(t, pans[0]), From: from, To: pinKey(pinblock.ISO0, true)})
	return err
}

// testDUKPTOperations does everything that takes a PIN key with a key of its own
// for each block.
func (r *rig) testDUKPTOperations(t *testing.T, from hsm.PINKey) {
	ctx, pan, m := t.Context(), mustPAN(t, pans[0]), pinverify.VisaPVV{Index: 1}
	next := from
	var err error
	next.KSN, err = from.KSN.Next()
	require.NoError(t, err)
	right, wrong, chosen := r.sealDUKPT(t, from, "1234", pans[0]), r.sealDUKPT(t, from, "1235", pans[0]), r.sealDUKPT(t, next, "9876", pans[0])

	ref, err := r.hsm.PINReference(ctx, hsm.Reference{Block: right, PAN: pan, From: from, Method: m, MethodKey: pvk})
	require.NoError(t, err)
	want, err := m.Reference(ctx, r.soft[pvk], mustPIN(t, "1234"), pan)
	require.NoError(t, err)
	require.Equal(t, want, ref)
	v := hsm.Verification{Block: right, PAN: pan, From: from, Method: m, MethodKey: pvk, Reference: ref}
	require.NoError(t, r.hsm.VerifyPIN(ctx, v))
	v.Block = wrong
	require.ErrorIs(t, r.hsm.VerifyPIN(ctx, v), hsm.ErrWrongPIN)
	v.Block, v.From = right, next
	require.ErrorIs(t, r.hsm.VerifyPIN(ctx, v), hsm.ErrBlock, "the KSN of another block")

	c := hsm.Change{PAN: pan, Current: right, From: from, New: chosen, NewKSN: next.KSN, Method: m, MethodKey: pvk, Reference: ref}
	changed, err := r.hsm.ChangePIN(ctx, c)
	require.NoError(t, err)
	want, err = m.Reference(ctx, r.soft[pvk], mustPIN(t, "9876"), pan)
	require.NoError(t, err)
	require.Equal(t, want, changed)
	c.NewKSN = dukpt.KSN{}
	_, err = r.hsm.ChangePIN(ctx, c)
	require.ErrorIs(t, err, hsm.ErrBlock, "the new block is not under the key of the current one")
	c.Current, c.NewKSN = wrong, next.KSN
	_, err = r.hsm.ChangePIN(ctx, c)
	require.ErrorIs(t, err, hsm.ErrWrongPIN)

	// A KSN that cannot be is told before the current PIN is tried: it costs no try.
	zero := from.KSN.Bytes()
	for i := len(zero) - 4; i < len(zero); i++ {
		zero[i] = 0
	}
	for want, ksn := range map[error][]byte{
		dukpt.ErrCounterZero: zero,
		dukpt.ErrScheme:      append(zero[:6:6], make([]byte, map[bool]int{true: 4, false: 6}[from.KSN.IsAES()])...),
	} {
		bad := c
		bad.NewKSN, err = dukpt.NewKSN(ksn)
		require.NoError(t, err)
		_, err = r.hsm.ChangePIN(ctx, bad)
		require.ErrorIs(t, err, want)
		require.NotErrorIs(t, err, hsm.ErrWrongPIN)
	}
	bad := c
	bad.From.KSN = dukpt.KSN{}
	_, err = r.hsm.ChangePIN(ctx, bad)
	require.ErrorIs(t, err, hsm.ErrKeyUsage)

	// To a terminal's key too: both keys of a translation may be derived.
	block, err := r.hsm.TranslatePIN(ctx, hsm.Translation{Block: right, PAN: pan, From: from, To: next})
	require.NoError(t, err)
	r.requireDUKPT(t, next, block, "1234", pans[0])
	g, err := r.hsm.GeneratePIN(ctx, hsm.Generation{PAN: pan, Length: 6, To: from})
	require.NoError(t, err)
	pin, err := pinblock.Open(ctx, r.dukptKey(t, from), from.Format, g.Block, pan)
	require.NoError(t, err)
	require.Equal(t, 6, pin.Len())
}

func (r *rig) requireDUKPT(t *testing.T, k hsm.PINKey, block []byte, pin, pan string) {
	t.Helper()
	got, err := pinblock.Open(t.Context(), r.dukptKey(t, k), k.Format, block, mustPAN(t, pan))
	require.NoError(t, err)
	require.True(t, got.Equal(mustPIN(t, pin)))
}

// testDUKPTConcurrent has many goroutines derive keys of one BDK, each its own.
func (r *rig) testDUKPTConcurrent(t *testing.T) {
	ksn, to := mustKSN(t, bdks[1].ksn), pinKey(pinblock.ISO4, true)
	var wg sync.WaitGroup
	for range 32 {
		var err error
		ksn, err = ksn.Next()
		require.NoError(t, err)
		from := hsm.PINKey{Key: "bdk" + keys.AES128.String(), Format: pinblock.ISO4, KSN: ksn}
		block := r.sealDUKPT(t, from, "123456", pans[1])
		wg.Go(func() {
			got, err := r.hsm.TranslatePIN(t.Context(), hsm.Translation{Block: block, PAN: mustPAN(t, pans[1]), From: from, To: to})
			if err == nil {
				_, err = pinblock.Open(t.Context(), r.soft[to.Key], to.Format, got, mustPAN(t, pans[1]))
			}
			if err != nil {
				t.Errorf("%v: %v", from.KSN, err)
			}
		})
	}
	wg.Wait()
}

// testDUKPTEnds: a derivation can be cancelled, and there is none after Close.
func (r *rig) testDUKPTEnds(t *testing.T) {
	bdk, err := r.device.FindKey(t.Context(), "bdk"+keys.AES128.String())
	require.NoError(t, err)
	ksn, err := mustKSN(t, bdks[1].ksn).Next()
	require.NoError(t, err)
	tdes, err := r.device.FindKey(t.Context(), "bdk"+keys.TDES2.String())
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = r.hsm.TranslatePIN(ctx, hsm.Translation{Block: make([]byte, 16), PAN: mustPAN(t, pans[0]),
		From: hsm.PINKey{Key: "bdk" + keys.AES128.String(), Format: pinblock.ISO4, KSN: ksn}, To: pinKey(pinblock.ISO4, true)})
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, r.hsm.Close())
	_, err = r.device.(hsm.Deriver).DerivePINKey(t.Context(), bdk, ksn, keys.AES128)
	require.ErrorIs(t, err, hsm.ErrClosed)
	if d, ok := r.device.(hsm.BatchDeriver); ok {
		_, _, err = d.DerivePINKeys(t.Context(), tdes, []dukpt.KSN{mustKSN(t, "FFFF9876543210E00001")})
		require.ErrorIs(t, err, hsm.ErrClosed)
	}
}
