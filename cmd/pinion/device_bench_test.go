package main

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/nss"
)

// TestBenchOnDevice: a token on which PINs stay is measured without a clear PIN
// being allowed in this process, and is left as it was.
func TestBenchOnDevice(t *testing.T) {
	t.Parallel()
	c := nss.New(t).Config()
	c.ThrowAway = false
	d, err := pkcs11.Open(t.Context(), c)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	r, err := bench(t.Context(), d, nil, time.Millisecond, []int{2, 1})
	require.NoError(t, err)
	require.Empty(t, r.LeftOut)
	require.Len(t, r.Rows, (7+3)*2)
	for _, row := range r.Rows {
		require.Equal(t, "on-device", row.Exposure, row.Operation)
		require.Positive(t, row.Rate, row.Operation)
		require.Positive(t, row.P50, row.Operation)
		require.LessOrEqual(t, row.P50, row.P99, row.Operation)
	}
	left, err := d.ListKeys(t.Context())
	require.NoError(t, err)
	require.Empty(t, left)
}

// liar is a device whose answers are not right.
type liar struct{ hsm.Device }

func (l liar) TranslatePIN(ctx context.Context, t hsm.Translation, from, to hsm.Key) ([]byte, error) {
	out, err := l.Device.TranslatePIN(ctx, t, from, to)
	if err == nil {
		out[0] ^= 1
	}
	return out, err
}

func (l liar) ImportKey(ctx context.Context, s hsm.KeySpec, k keys.Key) (hsm.KeyInfo, error) {
	return l.Device.(hsm.KeyManager).ImportKey(ctx, s, k)
}

func (l liar) GenerateKey(ctx context.Context, s hsm.KeySpec) (hsm.KeyInfo, error) {
	return l.Device.(hsm.KeyManager).GenerateKey(ctx, s)
}

func (l liar) ListKeys(ctx context.Context) ([]hsm.KeyInfo, error) {
	return l.Device.(hsm.KeyManager).ListKeys(ctx)
}

func (l liar) DeleteKey(ctx context.Context, ref string) error {
	return l.Device.(hsm.KeyManager).DeleteKey(ctx, ref)
}

// TestBenchChecksAnswers: how fast wrong answers come is of no interest.
func TestBenchChecksAnswers(t *testing.T) {
	t.Parallel()
	d := soft.New()
	_, err := bench(t.Context(), liar{d}, []hsm.Option{hsm.AllowInProcess()}, time.Millisecond, []int{1})
	require.ErrorIs(t, err, hsm.ErrDevice)
	require.ErrorContains(t, err, "translate ISO-0 to ISO-0")
	left, err := d.ListKeys(t.Context())
	require.NoError(t, err)
	require.Empty(t, left)
}

// TestBenchInterrupted removes its keys all the same.
func TestBenchInterrupted(t *testing.T) {
	t.Parallel()
	d := soft.New()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := bench(ctx, d, nil, time.Hour, []int{2})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	left, err := d.ListKeys(t.Context())
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestSample(t *testing.T) {
	t.Parallel()
	calls := make([]int, 3)
	s, err := sample(t.Context(), func(_ context.Context, worker, i int) error {
		calls[worker]++
		time.Sleep(time.Millisecond)
		return nil
	}, 3, 40*time.Millisecond)
	require.NoError(t, err)
	for _, n := range calls {
		require.Greater(t, n, 2)
	}
	require.Less(t, s.rate, 3100.0)
	require.GreaterOrEqual(t, s.p50, 980*time.Microsecond)

	wrong := errors.New("no")
	_, err = sample(t.Context(), func(context.Context, int, int) error { return wrong }, 2, time.Hour)
	require.ErrorIs(t, err, wrong)
}

func TestHistogram(t *testing.T) {
	t.Parallel()
	var h, other histogram
	require.Zero(t, h.quantile(0.5))
	for i := range 1000 {
		at := &h
		if i%2 == 0 {
			at = &other
		}
		at.add(time.Duration(i+1) * time.Microsecond)
	}
	h.merge(&other)
	require.Equal(t, 1000, h.n)
	require.InEpsilon(t, 500*time.Microsecond, h.quantile(0.5), 0.02)
	require.InEpsilon(t, 990*time.Microsecond, h.quantile(0.99), 0.02)
	h.add(0)
	h.add(1000 * time.Hour)
	require.Positive(t, h.quantile(1))
}

func TestNumbersForPeople(t *testing.T) {
	t.Parallel()
	for x, want := range map[float64]string{0.1234: "0.123", 3.14159: "3.14", 99: "99", 431: "431", 1234: "1 234", 1234567: "1 234 567"} {
		require.Equal(t, want, grouped(x))
	}
	for d, want := range map[time.Duration]string{
		850 * time.Nanosecond: "0.85 µs", 12_340 * time.Nanosecond: "12.3 µs", 431 * time.Microsecond: "431 µs",
		2 * time.Millisecond: "2.00 ms", 43 * time.Millisecond: "43.0 ms", 431 * time.Millisecond: "431 ms", 5 * time.Second: "5.0 s",
	} {
		require.Equal(t, want, inUnits(d))
	}
	require.Equal(t, 1230.0, round(1234.5))
	require.Equal(t, 0.0, round(0))
}
