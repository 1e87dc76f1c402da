package ontoken_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/ontoken"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

func TestTranslate(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, from := range formats {
		for _, to := range formats {
			for n := 4; n <= 12; n++ {
				for _, pan := range pans {
					r.requireTranslated(from, to, digits(n), pan, pan)
				}
				// For another card, as a change of PAN in the issuer's store takes it.
				r.requireTranslated(from, to, digits(n), pans[n%len(pans)], pans[(n+1)%len(pans)])
			}
		}
	}
	for n := 4; n <= 12; n++ { // what binds no PAN takes none, and ISO-4 a short one
		r.requireTranslated(pinblock.ISO1, pinblock.ISO4, digits(n), "1", "12")
		r.requireTranslated(pinblock.ISO4, pinblock.ISO1, digits(n), "123456789012", "1")
	}
}

func (r *rig) requireTranslated(from, to pinblock.Format, pin, pan, other string) {
	r.t.Helper()
	b := ontoken.New(r.token, r.marks)
	x := r.open(b, from, r.seal(from, pin, pan), pan)
	require.Equal(r.t, len(pin), x.Len())
	out, err := b.Seal(to, r.to[to.BlockSize()].Key, x, mustPAN(r.t, other))
	require.NoError(r.t, err, "%v to %v, %d digits", from, to, len(pin))
	require.Len(r.t, out, to.BlockSize())
	r.requirePIN(to, out, pin, other, "%v to %v, %d digits", from, to, len(pin))
	b.Close()
	r.requireLive()
}

// TestSealTwice seals one field over and over: the fill is new each time, and all
// that the format allows.
func TestSealTwice(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const pan = "4111111111111111"
	want := map[pinblock.Format]int{pinblock.ISO1: 16, pinblock.ISO3: 6, pinblock.ISO4: 16}
	for _, from := range formats[:4] {
		for to, alphabet := range want {
			pin := digits(4 + int(from+to)%2)
			b := ontoken.New(r.token, r.marks)
			block := r.seal(from, pin, pan)
			x := r.open(b, from, block, pan)
			seen, nibbles := map[string]bool{}, [16]map[byte]bool{}
			for range 200 {
				out, err := b.Seal(to, r.to[to.BlockSize()].Key, x, mustPAN(t, pan))
				require.NoError(t, err)
				seen[string(out)] = true
				r.requirePIN(to, out, pin, pan)
				random := r.clearBlock(to, out, pan)
				if to == pinblock.ISO4 {
					random = random[8:]
				}
				for i, v := range random {
					for j, nibble := range []byte{v >> 4, v & 0xf} {
						if nibbles[2*i+j] == nil {
							nibbles[2*i+j] = map[byte]bool{}
						}
						nibbles[2*i+j][nibble] = true
					}
				}
			}
			b.Close()
			require.Len(t, seen, 200, "%v to %v", from, to)
			first := 2 + len(pin)
			if to == pinblock.ISO4 {
				first = 0
			}
			for i := first; i < 16; i++ {
				require.Len(t, nibbles[i], alphabet, "%v to %v, nibble %d", from, to, i)
			}
		}
	}
}

// clearBlock returns what is in a block under the outgoing key, without the PAN.
func (r *rig) clearBlock(f pinblock.Format, block []byte, pan string) []byte {
	r.t.Helper()
	return unlock(r.t, r.to[f.BlockSize()], f, block, pan)
}

// unlock deciphers a block and takes the PAN off.
func unlock(t testing.TB, key pinKey, f pinblock.Format, block []byte, pan string) []byte {
	t.Helper()
	out := make([]byte, len(block))
	require.NoError(t, key.Decrypt(t.Context(), out, block))
	switch f.Base() {
	case pinblock.ISO4:
		field, err := clear.PANField(nil, f, mustPAN(t, pan))
		require.NoError(t, err)
		xor(out, field)
		require.NoError(t, key.Decrypt(t.Context(), out, out))
	case pinblock.ISO0, pinblock.ISO3:
		xor(out, panBytes(t, pan))
	}
	return out
}

// lock undoes unlock.
func lock(t testing.TB, key pinKey, f pinblock.Format, field []byte, pan string) []byte {
	t.Helper()
	out := bytes.Clone(field)
	switch f.Base() {
	case pinblock.ISO4:
		require.NoError(t, key.Encrypt(t.Context(), out, out))
		pf, err := clear.PANField(nil, f, mustPAN(t, pan))
		require.NoError(t, err)
		xor(out, pf)
	case pinblock.ISO0, pinblock.ISO3:
		xor(out, panBytes(t, pan))
	}
	require.NoError(t, key.Encrypt(t.Context(), out, out))
	return out
}

func xor(b, mask []byte) {
	for i := range b {
		b[i] ^= mask[i]
	}
}

// panBytes are two zero bytes and the 12 rightmost digits without the check digit.
func panBytes(t testing.TB, pan string) []byte {
	t.Helper()
	d := pan[len(pan)-13 : len(pan)-1]
	out := make([]byte, 8)
	for i := range d {
		out[2+i/2] |= (d[i] - '0') << (4 - 4*(i%2))
	}
	return out
}

// The very block is wrapped that was unwrapped, where nothing is to change.
func TestUnchanged(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	block := r.seal(pinblock.ISO0, "1234", pans[0])
	b := ontoken.New(r.token, r.marks)
	defer b.Close()
	x := r.open(b, pinblock.ISO0, block, pans[0])
	before := r.token.calls
	_, err := b.Seal(pinblock.ISO0, r.to[8].Key, x, mustPAN(t, pans[0]))
	require.NoError(t, err)
	require.Equal(t, 1, r.token.calls-before)
}

func TestInput(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	pan := mustPAN(t, pans[0])
	before := r.token.calls
	b := ontoken.New(r.token, r.marks)
	for _, f := range formats {
		require.True(t, ontoken.Opens(f) && ontoken.Seals(f))
		key, wrong := r.from[f.BlockSize()].Key, r.from[24-f.BlockSize()].Key
		block := make([]byte, f.BlockSize())
		for _, c := range []struct {
			f     pinblock.Format
			key   ontoken.Key
			block []byte
			pan   pinblock.PAN
			err   error
		}{
			{f, wrong, block, pan, pinblock.ErrKeySize},
			{f, key, block[1:], pan, pinblock.ErrBlockSize},
			{f, key, nil, pan, pinblock.ErrBlockSize},
			{f, key, append(block, 0), pan, pinblock.ErrBlockSize},
			{f, ontoken.Key{}, block, pan, pinblock.ErrKeySize},
			{f.WithSequence(1), key, block, pan, pinblock.ErrFormat},
			{0, key, block, pan, pinblock.ErrFormat},
		} {
			_, err := b.Open(c.f, c.key, c.block, c.pan)
			require.ErrorIs(t, err, c.err, "%v", f)
		}
		_, err := b.Open(f, key, block, pinblock.PAN{})
		_, sealErr := b.Seal(f, key, ontoken.Field{}, pinblock.PAN{})
		if f.BindsPAN() {
			require.ErrorIs(t, err, pinblock.ErrPANLength)
			require.ErrorIs(t, sealErr, pinblock.ErrPANLength)
		}
		_, err = b.Seal(f, wrong, ontoken.Field{}, pan)
		require.ErrorIs(t, err, pinblock.ErrKeySize)
		_, err = b.Seal(f, key, ontoken.Field{}, pan)
		require.ErrorIs(t, err, pinblock.ErrPIN)
	}
	for _, f := range pinblock.Formats() {
		switch f {
		case pinblock.ISO0, pinblock.ISO1, pinblock.ISO3, pinblock.ISO4:
			continue
		}
		require.False(t, ontoken.Opens(f) || ontoken.Seals(f), "%v", f)
		_, err := b.Open(f, r.from[8].Key, make([]byte, 8), pan)
		require.ErrorIs(t, err, errors.ErrUnsupported, "%v", f)
		_, err = b.Seal(f, r.from[8].Key, ontoken.Field{}, pan)
		require.ErrorIs(t, err, errors.ErrUnsupported, "%v", f)
	}
	require.False(t, ontoken.Opens(0) || ontoken.Opens(pinblock.ISO0.WithPad(3)))
	b.Close()
	// ISO-1 with the zero PAN got as far as the token, and what it deciphered to
	// was no block.
	require.Equal(t, 4, r.token.calls-before)
	r.requireLive()
}

func TestProbe(t *testing.T) {
	t.Parallel()
	k := newToken(t)
	_, err := ontoken.NewMarks(k, ontoken.Key{Object: k.key(random(16), canWrap), BlockSize: 8})
	require.Error(t, err)
	_, err = ontoken.NewMarks(blind{k}, ontoken.Key{Object: k.aesKey(random(16), canWrap), BlockSize: 16})
	require.Error(t, err, "a token that wraps everything alike")
	require.Len(t, k.objects, 2)
}

// blind wraps everything alike.
type blind struct{ *token }

func (b blind) Wrap(key ontoken.Key, o ontoken.Object, dst []byte) error {
	if err := b.token.Wrap(key, o, dst); err != nil {
		return err
	}
	for i := range dst {
		dst[i] = byte(i % 16)
	}
	return nil
}
