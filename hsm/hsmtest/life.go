package hsmtest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// call is one operation of the front, made to succeed.
type call struct {
	name string
	work hsm.Work
	f    func(context.Context, *hsm.HSM) error
}

// calls returns every PIN operation of the front.
func (r *rig) calls(t *testing.T) []call {
	t.Helper()
	const pin, account = "1234", "4111111111111111"
	pan, from, to := mustPAN(t, account), pinKey(pinblock.ISO0, false), pinKey(pinblock.ISO3, true)
	block, m := r.seal(t, from, pin, account), pinverify.VisaPVV{Index: 1}
	ref, err := m.Reference(t.Context(), r.soft[pvk], mustPIN(t, pin), pan)
	require.NoError(t, err)
	return []call{
		{"TranslatePIN", hsm.Work{Op: hsm.OpTranslate, From: from.Format, To: to.Format}, func(ctx context.Context, h *hsm.HSM) error {
			_, err := h.TranslatePIN(ctx, hsm.Translation{Block: block, PAN: pan, From: from, To: to})
			return err
		}},
		{"TranslatePINs", hsm.Work{Op: hsm.OpTranslate, From: from.Format, To: to.Format}, func(ctx context.Context, h *hsm.HSM) error {
			_, err := h.TranslatePINs(ctx, hsm.Batch{From: from, To: to, Blocks: block, PANs: []pinblock.PAN{pan}})
			return err
		}},
		{"VerifyPIN", hsm.Work{Op: hsm.OpVerify, Method: m, From: from.Format}, func(ctx context.Context, h *hsm.HSM) error {
			return h.VerifyPIN(ctx, hsm.Verification{Block: block, PAN: pan, From: from, Method: m, MethodKey: pvk, Reference: ref})
		}},
		{"PINReference", hsm.Work{Op: hsm.OpReference, Method: m, From: from.Format}, func(ctx context.Context, h *hsm.HSM) error {
			_, err := h.PINReference(ctx, hsm.Reference{Block: block, PAN: pan, From: from, Method: m, MethodKey: pvk})
			return err
		}},
		{"GeneratePIN", hsm.Work{Op: hsm.OpGenerate, Method: m, To: to.Format}, func(ctx context.Context, h *hsm.HSM) error {
			_, err := h.GeneratePIN(ctx, hsm.Generation{PAN: pan, To: to, Method: m, MethodKey: pvk})
			return err
		}},
		{"ChangePIN", hsm.Work{Op: hsm.OpChange, Method: m, From: from.Format}, func(ctx context.Context, h *hsm.HSM) error {
			_, err := h.ChangePIN(ctx, hsm.Change{PAN: pan, Current: block, From: from, New: block, Method: m, MethodKey: pvk, Reference: ref})
			return err
		}},
	}
}

// stubborn is a device that does not say it is a throw-away.
type stubborn struct{ hsm.Device }

func testExposure(t *testing.T, r *rig) {
	strict := hsm.New(stubborn{r.device})
	for _, c := range r.calls(t) {
		err := c.f(t.Context(), strict)
		switch e, _ := r.device.Exposure(c.work); e {
		case hsm.InProcess:
			require.ErrorIs(t, err, hsm.ErrExposure, c.name)
			require.Contains(t, err.Error(), "AllowInProcess", "the error names the way out")
		case hsm.OnDevice:
			require.NoError(t, err, c.name)
		default:
			require.Error(t, err, c.name)
		}
	}
	caps, err := r.hsm.Capabilities(t.Context())
	require.NoError(t, err)
	require.Len(t, caps, 2+3*len(pinverify.Methods()))
	for _, c := range caps {
		require.Equal(t, c.Exposure != hsm.Refused, c.Allowed, "%+v", c)
	}
}

func testCancelled(t *testing.T, r *rig) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range r.calls(t) {
		require.ErrorIs(t, c.f(ctx, r.hsm), context.Canceled, c.name)
		require.NoError(t, c.f(t.Context(), r.hsm), "%s works again", c.name)
	}
	_, err := r.hsm.ListKeys(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, r.hsm.Ping(ctx), context.Canceled)
	require.NoError(t, r.hsm.Ping(t.Context()))
}

func testClosed(t *testing.T, r *rig) {
	calls := r.calls(t)
	require.NoError(t, r.hsm.Close())
	require.NoError(t, r.hsm.Close(), "twice is no harm")
	ctx := t.Context()
	for _, c := range calls {
		require.ErrorIs(t, c.f(ctx, r.hsm), hsm.ErrClosed, c.name)
		// The device itself, behind a front that does not know.
		require.ErrorIs(t, c.f(ctx, hsm.New(r.device, hsm.AllowInProcess())), hsm.ErrClosed, "%s on the device", c.name)
	}
	fresh := hsm.New(r.device)
	_, err := fresh.ListKeys(ctx)
	require.ErrorIs(t, err, hsm.ErrClosed)
	require.ErrorIs(t, fresh.DeleteKey(ctx, zpk1), hsm.ErrClosed)
	_, err = fresh.ImportKey(ctx, hsm.KeySpec{Label: "x"}, r.soft[zpk1])
	require.ErrorIs(t, err, hsm.ErrClosed)
	_, err = fresh.GenerateKey(ctx, hsm.KeySpec{Label: "x", Algorithm: r.soft[zpk1].Algorithm(), Usage: r.soft[zpk1].Usage()})
	require.ErrorIs(t, err, hsm.ErrClosed)
	require.ErrorIs(t, fresh.Ping(ctx), hsm.ErrClosed)
}

func testConcurrent(t *testing.T, r *rig) {
	calls := r.calls(t)
	var wg sync.WaitGroup
	errs := make(chan error, 64)
	for g := range 64 {
		wg.Go(func() {
			for i := range 8 {
				c := calls[(g+i)%len(calls)]
				if err := c.f(t.Context(), r.hsm); err != nil {
					errs <- fmt.Errorf("%s: %w", c.name, err)
					return
				}
			}
			// Every goroutine has PINs of its own, and gets its own back.
			pin, pan := fmt.Sprintf("%06d", 7919*g), pans[g%len(pans)]
			from, to := pinKey(pinblock.ISO0, false), pinKey(pinblock.ISO4, false)
			block, err := pinblock.Seal(t.Context(), nil, r.soft[from.Key], from.Format, mustPIN(t, pin), mustPAN(t, pan))
			if err == nil {
				block, err = r.hsm.TranslatePIN(t.Context(), hsm.Translation{Block: block, PAN: mustPAN(t, pan), From: from, To: to})
			}
			var got pinblock.PIN
			if err == nil {
				got, err = pinblock.Open(t.Context(), r.soft[to.Key], to.Format, block, mustPAN(t, pan))
			}
			if err == nil && !got.Equal(mustPIN(t, pin)) {
				err = fmt.Errorf("goroutine %d got another's PIN", g)
			}
			if err != nil {
				errs <- err
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		t.Error(err)
	}
}

// testErrorsQuoteNothing makes everything fail on known digits and looks for
// them in every error.
func testErrorsQuoteNothing(t *testing.T, r *rig) {
	const pin, account = "739184620517", "5391746208350917264"
	ctx, pan := t.Context(), mustPAN(t, account)
	from, to := pinKey(pinblock.ISO0, false), pinKey(pinblock.ISO3, true)
	block, m := r.seal(t, from, pin, account), pinverify.VisaPVV{Index: 1}
	bent := append([]byte(nil), block...)
	bent[3] ^= 0x40
	var errs []error
	add := func(err error) {
		require.Error(t, err)
		errs = append(errs, err)
	}
	_, err := r.hsm.TranslatePIN(ctx, hsm.Translation{Block: bent, PAN: pan, From: from, To: to})
	add(err)
	_, err = r.hsm.TranslatePIN(ctx, hsm.Translation{Block: block[:3], PAN: pan, From: from, To: to})
	add(err)
	_, err = r.hsm.TranslatePIN(ctx, hsm.Translation{Block: block, PAN: pan, From: from, To: pinKey(pinblock.ECI2, true)})
	add(err)
	_, err = r.hsm.TranslatePIN(ctx, hsm.Translation{Block: block, PAN: pan, From: hsm.PINKey{Key: pvk, Format: pinblock.ISO0}, To: to})
	add(err)
	for _, ref := range []string{"1234", "12x4", pin} {
		add(r.hsm.VerifyPIN(ctx, hsm.Verification{Block: block, PAN: pan, From: from, Method: m, MethodKey: pvk, Reference: []byte(ref)}))
	}
	_, err = r.hsm.ChangePIN(ctx, hsm.Change{PAN: pan, Current: block, From: from, New: bent, Method: m, MethodKey: pvk, Reference: []byte("0000")})
	add(err)
	for _, err := range errs {
		for _, form := range []string{err.Error(), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err)} {
			for _, secret := range []string{pin[:4], account[6:15], fmt.Sprintf("%x", block[:4]), fmt.Sprintf("%X", block[:4])} {
				require.NotContains(t, strings.ReplaceAll(form, " ", ""), secret)
			}
		}
	}
}

func testObserver(t *testing.T, r *rig) {
	var events []hsm.Event
	var n atomic.Int32
	h := hsm.New(r.device, hsm.AllowInProcess(), hsm.WithObserver(func(_ context.Context, e hsm.Event) {
		n.Add(1)
		events = append(events, e)
	}))
	for i, c := range r.calls(t) {
		require.NoError(t, c.f(t.Context(), h))
		require.Len(t, events, i+1, "one event an operation")
		require.Equal(t, c.work.Op, events[i].Op)
		require.Equal(t, "ok", events[i].Outcome)
		require.Equal(t, r.device.Name(), events[i].Device)
		require.Positive(t, events[i].Duration)
	}
	_, err := h.TranslatePIN(t.Context(), hsm.Translation{})
	require.Error(t, err)
	require.Equal(t, "input", events[len(events)-1].Outcome)
}
