package hsm_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
)

// single is a device that derives and translates one by one.
type single struct {
	hsm.Device
	hsm.Deriver
}

// terminals is keys on a device, for blocks that come from many terminals.
type terminals struct {
	device *soft.Device
	alone  *hsm.HSM // one by one
	soft   map[string]keys.Key
	random *rand.Rand
}

func newTerminals(t *testing.T) *terminals {
	t.Helper()
	d := soft.New()
	r := &terminals{device: d, alone: hsm.New(single{d, d}, hsm.AllowInProcess(), hsm.WithPolicy(hsm.PolicyOpen())),
		soft: map[string]keys.Key{}, random: rand.New(rand.NewPCG(6, 24))}
	for label, k := range map[string]struct {
		alg   keys.Algorithm
		usage keys.Usage
	}{
		"bdk": {keys.TDES2, keys.UsageBDK}, "initial": {keys.TDES2, keys.UsageInitialKey}, "aes-bdk": {keys.AES128, keys.UsageBDK},
		"tdes": {keys.TDES3, keys.UsagePIN}, "aes": {keys.AES128, keys.UsagePIN},
	} {
		key, err := keys.Generate(k.alg, k.usage)
		require.NoError(t, err)
		_, err = r.front(r.device).ImportKey(t.Context(), hsm.KeySpec{Label: label}, key)
		require.NoError(t, err)
		r.soft[label] = key
	}
	return r
}

// front returns the front of a device on which the keys are.
func (r *terminals) front(d hsm.Device, o ...hsm.Option) *hsm.HSM {
	return hsm.New(d, append(o, hsm.AllowInProcess(), hsm.WithPolicy(hsm.PolicyOpen()))...)
}

// ksn returns a random KSN, of TDES DUKPT or AES, of any counter.
func (r *terminals) ksn(t *testing.T, size int) dukpt.KSN {
	t.Helper()
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(r.random.Uint32() & r.random.Uint32())
	}
	ksn, err := dukpt.NewKSN(b)
	require.NoError(t, err)
	return ksn
}

// item returns a block as a terminal makes it, or what is wrong in one of many ways.
func (r *terminals) item(t *testing.T, from hsm.PINKey) hsm.Item {
	t.Helper()
	digits := [...]string{"1234", "73918", "482915", "482915837465"}[r.random.IntN(4)]
	if from.Format == pinblock.ECI3 {
		digits = digits[:4] // it has 6 at most
	}
	pin, err := pinblock.ParsePIN(digits)
	require.NoError(t, err)
	pan, err := pinblock.ParsePAN([...]string{"4111111111111111", "5413330089601109", "6799998900000060919"}[r.random.IntN(3)])
	require.NoError(t, err)
	it := hsm.Item{PAN: pan, Block: make([]byte, from.Format.BlockSize()), KSN: r.ksn(t, 8+r.random.IntN(3))}
	if key, err := dukpt.PINKey(r.soft[from.Key], it.KSN); err == nil {
		it.Block, err = pinblock.Seal(t.Context(), nil, key, from.Format, pin, pan)
		require.NoError(t, err)
	}
	switch r.random.IntN(40) {
	case 0:
		it.Block[3] ^= 1
	case 2:
		it.KSN = dukpt.KSN{}
	case 3:
		it.KSN = r.ksn(t, 12)
	case 4:
		it.PAN, err = pinblock.ParsePAN("999")
		require.NoError(t, err)
	}
	return it
}

// requireSame holds the results of a batch to those that its items have one by one.
func (r *terminals) requireSame(t *testing.T, h *hsm.HSM, b hsm.Batch) (good int) {
	t.Helper()
	want, err := r.alone.TranslatePINs(t.Context(), b)
	require.NoError(t, err)
	b.Into = bytes.Repeat([]byte{0xEE}, 16*b.Len())
	got, err := h.TranslatePINs(t.Context(), b)
	require.NoError(t, err)
	require.Equal(t, 16*b.Len(), cap(got.Blocks), "the memory that was given")
	require.Equal(t, want.Faults, got.Faults)
	require.Equal(t, b.Len(), got.Len())
	out, size := r.soft[b.To.Key], b.To.Format.BlockSize()
	for i := range b.Len() {
		w, err := want.Block(i)
		if err != nil {
			require.Equal(t, make([]byte, size), got.Blocks[size*i:][:size])
			continue
		}
		good++
		g, err := got.Block(i)
		require.NoError(t, err, "block %d", i)
		require.Equal(t, size, cap(g), "the next block is out of reach")
		x, err := pinblock.Open(t.Context(), out, b.To.Format, w, b.PANs[i])
		require.NoError(t, err)
		y, err := pinblock.Open(t.Context(), out, b.To.Format, g, b.PANs[i])
		require.NoError(t, err, "block %d", i)
		require.True(t, x.Equal(y), "block %d", i)
	}
	return good
}

// Thousands of blocks of random terminals, some of them bad in every way, are side by
// side what they are one by one.
func TestLanesAreOneByOne(t *testing.T) {
	t.Parallel()
	r := newTerminals(t)
	h := r.front(r.device)
	for i, f := range []pinblock.Format{pinblock.ISO0, pinblock.ISO1, pinblock.ISO3, pinblock.ECI3, pinblock.ISO0} {
		from := hsm.PINKey{Key: [...]string{"bdk", "initial"}[i%2], Format: f, Algorithm: [...]keys.Algorithm{0, keys.TDES2}[i/2%2]}
		for _, to := range []hsm.PINKey{{Key: "tdes", Format: pinblock.ISO0}, {Key: "aes", Format: pinblock.ISO4}, {Key: "tdes", Format: pinblock.ISO3}} {
			b := hsm.Batch{From: from, To: to}
			for range [...]int{100, 700, 5000}[i%3] {
				require.NoError(t, b.Add(r.item(t, from)))
			}
			require.Greater(t, r.requireSame(t, h, b), b.Len()/4)
		}
	}
}

// batch returns n good blocks under a BDK, for another key.
func (r *terminals) batch(t *testing.T, key string, n int) hsm.Batch {
	t.Helper()
	b := hsm.Batch{From: hsm.PINKey{Key: key, Format: pinblock.ISO0}, To: hsm.PINKey{Key: "tdes", Format: pinblock.ISO0}}
	for b.Len() < n {
		if it := r.item(t, b.From); it.KSN.Check() == nil && !it.KSN.IsAES() && it.PAN.Len() > 12 {
			require.NoError(t, b.Add(it))
		}
	}
	return b
}
