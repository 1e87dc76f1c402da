package ontoken_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/ontoken"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// TestFaults changes every nibble of good fields of every length to every other
// value. Each is ErrBlock, or opens, just as package pinblock has it, but for a
// digit above 9.
func TestFaults(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const pan = "4000001234567899"
	for _, f := range formats[:5] {
		for n := 4; n <= 12; n++ {
			field, err := clear.Encode(nil, f, mustPIN(t, digits(n)), mustPAN(t, pan), nil)
			require.NoError(t, err)
			if f == pinblock.ISO0 || f == pinblock.ISO3 {
				xor(field, panBytes(t, pan))
			}
			for i := range 16 {
				for v := range byte(16) {
					bad := bytes.Clone(field)
					shift := 4 - 4*(i%2)
					bad[i/2] = bad[i/2]&^(0xf<<shift) | v<<shift
					good := r.requireVerdict(f, bad, pan)
					isFill := i >= 2+n
					switch {
					case bytes.Equal(bad, field), isFill && f == pinblock.ISO1, i >= 2 && !isFill:
						require.True(t, good, "%v, %d digits: nibble %d is %X", f, n, i, v)
					case i == 0, i == 1 && (v < 4 || v > 12), isFill && f != pinblock.ISO3:
						require.False(t, good, "%v, %d digits: nibble %d is %X", f, n, i, v)
					case isFill:
						require.Equal(t, v >= 10, good, "%v, %d digits: nibble %d is %X", f, n, i, v)
					}
				}
			}
		}
	}
}

// requireVerdict fails unless a field is good on the token just when package
// pinblock finds nothing but digits above 9; and unless what is made of a good one
// has its digits.
func (r *rig) requireVerdict(f pinblock.Format, field []byte, pan string) (good bool) {
	r.t.Helper()
	key := r.from[f.BlockSize()]
	block := lock(r.t, key, f, field, pan)
	_, openErr := pinblock.Open(r.t.Context(), key, f, block, mustPAN(r.t, pan))
	_, err := clear.Open(r.t.Context(), key, f, block, mustPAN(r.t, pan), nil)
	want := err == nil
	var why *clear.Error
	if errors.As(err, &why) {
		want = slices.Equal(why.Reasons(), []string{"pin-digits"})
	}
	require.True(r.t, openErr == nil || openErr == pinblock.ErrBlock)

	b := ontoken.New(r.token, r.marks)
	x, err := b.Open(f, key.Key, block, mustPAN(r.t, pan))
	switch {
	case err == nil:
		require.True(r.t, want, "%v: %x opens", f, field)
		require.Equal(r.t, int(field[0]&0xf), x.Len())
		r.requireDigits(b, x, field, pan)
	default:
		require.True(r.t, err == pinblock.ErrBlock, "%v", err)
		require.False(r.t, want, "%v: %x does not open", f, field)
		require.True(r.t, x.IsZero())
	}
	b.Close()
	r.requireLive()
	return err == nil
}

// requireDigits fails unless every format has the digits, whatever they are.
func (r *rig) requireDigits(b *ontoken.Bench, x ontoken.Field, field []byte, pan string) {
	r.t.Helper()
	want := hex.EncodeToString(field)[1 : 2+x.Len()]
	for _, to := range formats[:4] {
		out, err := b.Seal(to, r.to[to.BlockSize()].Key, x, mustPAN(r.t, pan))
		require.NoError(r.t, err)
		require.Equal(r.t, want, hex.EncodeToString(r.clearBlock(to, out, pan))[1:2+x.Len()])
	}
}

// TestWrong is a wrong key and a wrong PAN.
func TestWrong(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, f := range formats {
		for range 50 {
			block, pan := random(f.BlockSize()), "1"+digits(15)
			field := unlock(t, r.from[f.BlockSize()], f, block, pan)
			r.requireVerdict(f, field, pan)
		}
		field := unlock(t, r.from[f.BlockSize()], f, r.seal(f, digits(4), pans[0]), pans[1])
		good := r.requireVerdict(f, field, pans[1])
		require.Equal(t, !f.BindsPAN(), good, "%v", f)
	}
}

// TestCallsDoNotTell counts the calls for a block with a bad control nibble and for
// one with bad fill: those of a good one.
func TestCallsDoNotTell(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, f := range formats {
		open := func(change func(b []byte)) int {
			field := unlock(t, r.from[f.BlockSize()], f, r.seal(f, "1234", pans[0]), pans[0])
			change(field)
			before := r.token.calls
			r.requireVerdictOnly(f, field)
			return r.token.calls - before
		}
		good := open(func([]byte) {})
		require.Equal(t, good, open(func(b []byte) { b[0] ^= 0x70 }), "%v: control", f)
		require.Equal(t, good, open(func(b []byte) { b[0] = 0 }), "%v: length", f)
		for i := 3; i < 8; i++ {
			require.Equal(t, good, open(func(b []byte) { b[i] = 0 }), "%v: fill", f)
		}
	}
}

// TestFewObjects holds a bench to what it needs: what was looked at goes at once.
func TestFewObjects(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, f := range formats {
		for n := 4; n <= 12; n++ {
			b := ontoken.New(r.token, r.marks)
			r.token.most = 0
			x := r.open(b, f, r.seal(f, digits(n), pans[0]), pans[0])
			requireEqual(t, b, x, x, true)
			require.LessOrEqual(t, r.token.most, r.live+5, "%v, %d digits", f, n)
			b.Close()
		}
	}
}

func (r *rig) requireVerdictOnly(f pinblock.Format, field []byte) {
	b := ontoken.New(r.token, r.marks)
	defer b.Close()
	key := r.from[f.BlockSize()]
	_, _ = b.Open(f, key.Key, lock(r.t, key, f, field, pans[0]), mustPAN(r.t, pans[0]))
}

// work is every operation once, to fail at each call.
var work = map[string]func(r *rig, b *ontoken.Bench) error{}

func init() {
	for _, f := range formats[:4] {
		for _, n := range []int{4, 5} {
			work["verify stored "+f.Name()+" "+string(rune('0'+n))] = func(r *rig, b *ontoken.Bench) error {
				return r.verifyStored(b, f, n)
			}
			for _, to := range formats[:4] {
				work[f.Name()+" to "+to.Name()+" "+string(rune('0'+n))] = func(r *rig, b *ontoken.Bench) error {
					pin := "123456789012"[:n]
					x, err := b.Open(f, r.from[f.BlockSize()].Key, r.seal(f, pin, pans[0]), mustPAN(r.t, pans[0]))
					if err != nil {
						return err
					}
					out, err := b.Seal(to, r.to[to.BlockSize()].Key, x, mustPAN(r.t, pans[0]))
					if err != nil {
						require.Nil(r.t, out)
					}
					return err
				}
			}
		}
	}
	work["pvv"] = func(r *rig, b *ontoken.Bench) error {
		x, err := b.Open(pinblock.ISO0, r.from[8].Key, r.seal(pinblock.ISO0, "1234", pans[0]), mustPAN(r.t, pans[0]))
		if err != nil {
			return err
		}
		_, err = b.PVV(visa, r.pvk.Key, x, mustPAN(r.t, pans[0]))
		return err
	}
	work["marks"] = func(r *rig, _ *ontoken.Bench) error {
		m, err := ontoken.NewMarks(r.token, ontoken.Key{Object: r.to[16].Key.Object, BlockSize: 16})
		if err != nil {
			require.Nil(r.t, m)
		}
		return err
	}
}

// TestTokenFails fails each call of each operation. The error is the token's as it
// is, and nothing is left.
func TestTokenFails(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for name, do := range work {
		b := ontoken.New(r.token, r.marks)
		before := r.token.calls
		require.NoError(t, do(r, b), name)
		b.Close()
		n := r.token.calls - before
		require.GreaterOrEqual(t, n, 5, name)
		for k := 1; k <= n; k++ {
			b := ontoken.New(r.token, r.marks)
			r.token.fail = r.token.calls + k
			err := do(r, b)
			require.True(t, err == errToken, "%s: call %d of %d: %v", name, k, n, err)
			b.Close()
			r.requireLive()
			b.Close() // once more does nothing
		}
	}
}
