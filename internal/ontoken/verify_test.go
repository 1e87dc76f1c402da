package ontoken_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/ontoken"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

var visa = pinverify.VisaPVV{Index: 1}

func TestPVV(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, f := range formats {
		for n := 4; n <= 12; n++ {
			for _, pan := range pans {
				m := pinverify.VisaPVV{Index: n % 7, AllowIndex0: true}
				pin := digits(n)
				want, err := m.Reference(t.Context(), r.pvk, mustPIN(t, pin), mustPAN(t, pan))
				require.NoError(t, err)
				b := ontoken.New(r.token, r.marks)
				x := r.open(b, f, r.seal(f, pin, pan), pan)
				got, err := b.PVV(m, r.pvk.Key, x, mustPAN(t, pan))
				require.NoError(t, err)
				require.Equal(t, want, got, "%v", f)
				require.NoError(t, b.VerifyPVV(m, r.pvk.Key, x, mustPAN(t, pan), want))
				want[n%4] = '0' + (want[n%4]-'0'+1)%10
				require.True(t, b.VerifyPVV(m, r.pvk.Key, x, mustPAN(t, pan), want) == pinverify.ErrWrongPIN)
				b.Close()
				r.requireLive()
			}
		}
	}
}

func TestPVVInput(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := ontoken.New(r.token, r.marks)
	defer b.Close()
	x := r.open(b, pinblock.ISO1, r.seal(pinblock.ISO1, "1234", pans[0]), pans[0])
	before := r.token.calls
	pan, key, good := mustPAN(t, pans[0]), r.pvk.Key, []byte("0000")
	for _, c := range []struct {
		name      string
		m         pinverify.VisaPVV
		key       ontoken.Key
		x         ontoken.Field
		pan       pinblock.PAN
		reference []byte
		err       error
	}{
		{"index 0", pinverify.VisaPVV{}, key, x, pan, good, pinverify.ErrIndex},
		{"index 7", pinverify.VisaPVV{Index: 7}, key, x, pan, good, pinverify.ErrIndex},
		{"no PIN", visa, key, ontoken.Field{}, pan, good, pinverify.ErrPIN},
		{"no PAN", visa, key, x, pinblock.PAN{}, good, pinverify.ErrPAN},
		{"11 digits", visa, key, x, mustPAN(t, "12345678901"), good, pinverify.ErrPAN},
		{"an AES key", visa, r.to[16].Key, x, pan, good, pinverify.ErrKey},
		{"no reference", visa, key, x, pan, nil, pinverify.ErrReference},
		{"3 digits", visa, key, x, pan, good[:3], pinverify.ErrReference},
		{"5 digits", visa, key, x, pan, []byte("00000"), pinverify.ErrReference},
		{"a colon", visa, key, x, pan, []byte("000:"), pinverify.ErrReference},
		{"a slash", visa, key, x, pan, []byte("/000"), pinverify.ErrReference},
		{"binary", visa, key, x, pan, []byte{0, 0, 0, 0}, pinverify.ErrReference},
	} {
		require.True(t, b.VerifyPVV(c.m, c.key, c.x, c.pan, c.reference) == c.err, c.name)
		// The method itself finds the same, where it sees the same.
		if pin := mustPIN(t, "1234"); c.name != "no PIN" {
			soft := r.pvk
			if c.key != key {
				soft = r.to[16]
			}
			require.ErrorIs(t, c.m.Verify(t.Context(), soft, pin, c.pan, c.reference), c.err, c.name)
		}
	}
	require.Equal(t, before, r.token.calls)
	_, err := b.PVV(visa, key, x, mustPAN(t, "123456789012"))
	require.NoError(t, err)
}

func TestEqual(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, f := range formats {
		for _, g := range formats {
			for n := 4; n <= 12; n++ {
				pin := digits(n)
				b := ontoken.New(r.token, r.marks)
				x := r.open(b, f, r.seal(f, pin, pans[0]), pans[0])
				y := r.open(b, g, r.seal(g, pin, pans[1]), pans[1])
				requireEqual(t, b, x, y, true)
				for i := range n {
					other := []byte(pin)
					other[i] = '0' + (other[i]-'0'+1)%10
					y := r.open(b, g, r.seal(g, string(other), pans[1]), pans[1])
					requireEqual(t, b, x, y, false)
				}
				if n < 12 {
					requireEqual(t, b, x, r.open(b, g, r.seal(g, pin+"0", pans[1]), pans[1]), false)
				}
				requireEqual(t, b, x, ontoken.Field{}, false)
				requireEqual(t, b, ontoken.Field{}, ontoken.Field{}, false)
				b.Close()
				r.requireLive()
			}
		}
	}
}

func requireEqual(t *testing.T, b *ontoken.Bench, x, y ontoken.Field, want bool) {
	t.Helper()
	for _, p := range [][2]ontoken.Field{{x, y}, {y, x}} {
		got, err := b.Equal(p[0], p[1])
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func (r *rig) verifyStored(b *ontoken.Bench, f pinblock.Format, n int) error {
	pin, pan := "123456789012"[:n], mustPAN(r.t, pans[0])
	stored, err := pinblock.Seal(r.t.Context(), nil, r.to[f.BlockSize()], f, mustPIN(r.t, pin), pan)
	require.NoError(r.t, err)
	x, err := b.Open(pinblock.ISO0, r.from[8].Key, r.seal(pinblock.ISO0, pin, pans[0]), pan)
	if err != nil {
		return err
	}
	return b.VerifyStored(pinverify.StoredBlock{Format: f}, r.to[f.BlockSize()].Key, x, pan, stored)
}

func TestVerifyStored(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	pan := mustPAN(t, pans[0])
	for _, f := range formats {
		for _, g := range formats {
			for n := 4; n <= 12; n++ {
				pin := digits(n)
				m, key := pinverify.StoredBlock{Format: g}, r.to[g.BlockSize()]
				stored, err := m.Reference(t.Context(), key, mustPIN(t, pin), pan)
				require.NoError(t, err)
				b := ontoken.New(r.token, r.marks)
				x := r.open(b, f, r.seal(f, pin, pans[0]), pans[0])
				require.NoError(t, b.VerifyStored(m, key.Key, x, pan, stored))
				wrong := r.open(b, f, r.seal(f, pin[:n-1]+string('0'+(pin[n-1]-'0'+1)%10), pans[0]), pans[0])
				require.True(t, b.VerifyStored(m, key.Key, wrong, pan, stored) == pinverify.ErrWrongPIN)
				require.True(t, b.VerifyStored(m, r.from[g.BlockSize()].Key, x, pan, noBlock(t, r.from[g.BlockSize()], g)) == pinverify.ErrReference)
				b.Close()
				r.requireLive()
			}
		}
	}
}

// noBlock returns what does not open under a key.
func noBlock(t *testing.T, key pinKey, f pinblock.Format) []byte {
	return lock(t, key, f, make([]byte, f.BlockSize()), pans[0])
}

func TestVerifyStoredInput(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := ontoken.New(r.token, r.marks)
	defer b.Close()
	pan, iso4 := mustPAN(t, pans[0]), pinverify.StoredBlock{Format: pinblock.ISO4}
	x := r.open(b, pinblock.ISO4, r.seal(pinblock.ISO4, "1234", pans[0]), pans[0])
	stored, err := iso4.Reference(t.Context(), r.to[16], mustPIN(t, "1234"), pan)
	require.NoError(t, err)
	key := r.to[16].Key
	require.NoError(t, b.VerifyStored(iso4, key, x, pan, stored))
	require.True(t, b.VerifyStored(iso4, r.to[8].Key, x, pan, stored) == pinverify.ErrKey)
	require.True(t, b.VerifyStored(iso4, key, x, pan, stored[:15]) == pinverify.ErrReference)
	require.True(t, b.VerifyStored(iso4, key, x, pan, nil) == pinverify.ErrReference)
	require.True(t, b.VerifyStored(iso4, key, x, mustPAN(t, pans[1]), stored) == pinverify.ErrReference)
	require.ErrorIs(t, b.VerifyStored(iso4, key, x, pinblock.PAN{}, stored), pinblock.ErrPANLength)
	require.ErrorIs(t, b.VerifyStored(pinverify.StoredBlock{}, key, x, pan, stored), pinblock.ErrFormat)
	require.True(t, b.VerifyStored(iso4, key, ontoken.Field{}, pan, stored) == pinverify.ErrPIN)
}
