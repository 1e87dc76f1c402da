package hsmtest

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/pinblock"
)

// PANs of every length that the formats care for.
var pans = []string{"4111111111111111", "4012345678909", "6799998900000060919", "378282246310005"}

// formats are those that a device can make from a PIN and a PAN.
func formats() []pinblock.Format {
	var fs []pinblock.Format
	for _, f := range pinblock.Formats() {
		if f != pinblock.VISA41 && f != pinblock.VISA42 { // bound to a card's key
			fs = append(fs, f)
		}
	}
	return append(fs, pinblock.ISO4.WithRightmost12(), pinblock.IBM3624.WithPad(0xe), pinblock.OEM1.WithPad(0xa))
}

func testTranslateEveryPair(t *testing.T, r *rig) {
	ctx := t.Context()
	const digits = "948273615041"
	for i, from := range formats() {
		for j, to := range formats() {
			pan := pans[(i+j)%len(pans)]
			n := 4 + (i+2*j)%4
			pin := digits[:n]
			shortest, longest := from.PINLengths()
			if n < shortest || n > longest {
				n = 4
				pin = digits[:n]
			}
			source, target := pinKey(from, false), pinKey(to, true)
			block := r.seal(t, source, pin, pan)
			got, err := r.hsm.TranslatePIN(ctx, hsm.Translation{Block: block, PAN: mustPAN(t, pan), From: source, To: target})
			if _, longest := to.PINLengths(); n > longest {
				require.ErrorIs(t, err, hsm.ErrBlock, "%v to %v: a PIN of %d is not cut", from, to, n)
				continue
			}
			require.NoError(t, err, "%v to %v", from, to)
			require.Len(t, got, to.BlockSize())
			r.requirePIN(t, target, got, pin, pan)
		}
	}
}

func testTranslateRefuses(t *testing.T, r *rig) {
	ctx := t.Context()
	for _, f := range []pinblock.Format{pinblock.ISO0, pinblock.ISO3, pinblock.ISO4} {
		from, to := pinKey(f, false), pinKey(pinblock.ISO0, true)
		block := r.seal(t, from, "1234", pans[0])
		good := hsm.Translation{Block: block, PAN: mustPAN(t, pans[0]), From: from, To: to}
		_, err := r.hsm.TranslatePIN(ctx, good)
		require.NoError(t, err)

		bad := good
		bad.PAN = mustPAN(t, pans[2])
		_, err = r.hsm.TranslatePIN(ctx, bad)
		require.ErrorIs(t, err, hsm.ErrBlock, "%v: another PAN", f)

		bad = good
		bad.Block = bytes.Clone(block)
		bad.Block[0] ^= 1
		_, err = r.hsm.TranslatePIN(ctx, bad)
		require.ErrorIs(t, err, hsm.ErrBlock, "%v: a changed bit", f)

		bad = good
		bad.From = pinKey(f, true)
		_, err = r.hsm.TranslatePIN(ctx, bad)
		require.ErrorIs(t, err, hsm.ErrBlock, "%v: another key", f)

		for _, size := range []int{0, 1, 7, 9, 15, 17, 24} {
			bad = good
			bad.Block = make([]byte, size)
			_, err = r.hsm.TranslatePIN(ctx, bad)
			require.ErrorIs(t, err, pinblock.ErrBlockSize, "%v: %d bytes", f, size)
		}
		bad = good
		bad.PAN = pinblock.PAN{}
		_, err = r.hsm.TranslatePIN(ctx, bad)
		require.ErrorIs(t, err, pinblock.ErrPANLength, "%v: no PAN", f)
		bad = good
		bad.To.Format = 0
		_, err = r.hsm.TranslatePIN(ctx, bad)
		require.ErrorIs(t, err, pinblock.ErrFormat)
		bad = good
		bad.To.Key = "nobody"
		_, err = r.hsm.TranslatePIN(ctx, bad)
		require.ErrorIs(t, err, hsm.ErrKeyNotFound)
	}
	// The account number of the outgoing format is checked before any key is used.
	from := pinKey(pinblock.ISO1, false)
	_, err := r.hsm.TranslatePIN(ctx, hsm.Translation{Block: r.seal(t, from, "1234", pans[0]), From: from, To: pinKey(pinblock.ISO0, true)})
	require.ErrorIs(t, err, pinblock.ErrPANLength)
}

// testPolicyTable holds every pair of formats against every policy: what the
// policy refuses the device is never asked, and what it allows it does.
func testPolicyTable(t *testing.T, r *rig) {
	ctx := t.Context()
	const pin, pan = "1234", "4111111111111111"
	for _, p := range hsm.Policies() {
		h := hsm.New(r.device, hsm.AllowInProcess(), hsm.WithPolicy(p))
		for _, from := range formats() {
			block := r.seal(t, pinKey(from, false), pin, pan)
			for _, to := range formats() {
				tr := hsm.Translation{Block: block, PAN: mustPAN(t, pan), From: pinKey(from, false), To: pinKey(to, true)}
				rule := p.Rule(from, to)
				_, err := h.TranslatePIN(ctx, tr)
				if rule == hsm.No || rule == hsm.ICCOnly {
					require.ErrorIs(t, err, hsm.ErrPolicy, "%v: %v to %v", p, from, to)
				} else {
					require.NoError(t, err, "%v: %v to %v", p, from, to)
				}
				tr.ToChipCard = true
				_, err = h.TranslatePIN(ctx, tr)
				require.Equal(t, rule == hsm.No, err != nil, "%v: %v to %v towards a chip card: %v", p, from, to, err)
				_, err = h.TranslatePINs(ctx, hsm.Batch{From: tr.From, To: tr.To})
				require.Equal(t, rule == hsm.No || rule == hsm.ICCOnly, err != nil, "%v: batch of %v to %v", p, from, to)
			}
		}
	}
}
