package ontoken_test

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/ontoken"
	"github.com/pinion-hsm/pinion/pinblock"
)

// software is the same key as one on the token, for package pinblock.
type software struct{ c cipher.Block }

func (s software) BlockSize() int { return s.c.BlockSize() }
func (s software) Encrypt(_ context.Context, dst, src []byte) error {
	ecb(s.c, cipher.Block.Encrypt, dst, src)
	return nil
}
func (s software) Decrypt(_ context.Context, dst, src []byte) error {
	ecb(s.c, cipher.Block.Decrypt, dst, src)
	return nil
}

// pinKey is a PIN key on the token and here.
type pinKey struct {
	Key ontoken.Key
	software
}

// rig is a token with marks and PIN keys, by the size of their blocks.
type rig struct {
	t        testing.TB
	token    *token
	marks    *ontoken.Marks
	from, to map[int]pinKey
	pvk      pinKey
	live     int // objects on the token that are not a bench's
}

func newRig(t testing.TB) *rig {
	r := &rig{t: t, token: newToken(t), from: map[int]pinKey{}, to: map[int]pinKey{}}
	for _, m := range []map[int]pinKey{r.from, r.to} {
		m[8], m[16] = r.tdes(random(16), canWrap|canUnwrap), r.aes(random(16), canWrap|canUnwrap)
	}
	r.pvk = r.tdes(random(16), canWrap)
	probe := ontoken.Key{Object: r.token.aesKey(random(16), canWrap), BlockSize: 16}
	r.live = len(r.token.objects)
	var err error
	r.marks, err = ontoken.NewMarks(r.token, probe)
	require.NoError(t, err)
	require.Equal(t, 60, r.token.calls)
	require.Equal(t, 30, r.token.destroy)
	r.requireLive()
	return r
}

func (r *rig) requireLive() {
	r.t.Helper()
	require.Len(r.t, r.token.objects, r.live, "objects on the token")
}

func (r *rig) tdes(value []byte, may rights) pinKey {
	return pinKey{ontoken.Key{Object: r.token.key(value, may), BlockSize: 8}, software{newCipher(value)}}
}

func (r *rig) aes(value []byte, may rights) pinKey {
	c, err := aes.NewCipher(value)
	require.NoError(r.t, err)
	return pinKey{ontoken.Key{Object: r.token.aesKey(value, may), BlockSize: 16}, software{c}}
}

// seal returns a block of package pinblock under the incoming key.
func (r *rig) seal(f pinblock.Format, pin, pan string) []byte {
	r.t.Helper()
	b, err := pinblock.Seal(r.t.Context(), nil, r.from[f.BlockSize()], f, mustPIN(r.t, pin), mustPAN(r.t, pan))
	require.NoError(r.t, err)
	return b
}

// open opens a block under the incoming key.
func (r *rig) open(b *ontoken.Bench, f pinblock.Format, block []byte, pan string) ontoken.Field {
	r.t.Helper()
	x, err := b.Open(f, r.from[f.BlockSize()].Key, block, mustPAN(r.t, pan))
	require.NoError(r.t, err)
	return x
}

// requirePIN fails unless a block under the outgoing key is of the PIN.
func (r *rig) requirePIN(f pinblock.Format, block []byte, pin, pan string, about ...any) {
	r.t.Helper()
	got, err := pinblock.Open(r.t.Context(), r.to[f.BlockSize()], f, block, mustPAN(r.t, pan))
	require.NoError(r.t, err, about...)
	require.True(r.t, got.Equal(mustPIN(r.t, pin)), about...)
}

func mustPIN(t testing.TB, s string) pinblock.PIN {
	t.Helper()
	p, err := pinblock.ParsePIN(s)
	require.NoError(t, err)
	return p
}

func mustPAN(t testing.TB, s string) pinblock.PAN {
	t.Helper()
	p, err := pinblock.ParsePAN(s)
	require.NoError(t, err)
	return p
}

// digits returns n random digits.
func digits(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = '0' + byte(rand.IntN(10))
	}
	return string(b)
}

// formats are those that are done on a token, with settings too.
var formats = []pinblock.Format{
	pinblock.ISO0, pinblock.ISO1, pinblock.ISO3, pinblock.ISO4,
	pinblock.ISO4.WithRightmost12(), pinblock.ISO0.WithPad(0xf), pinblock.ISO3.WithExtraction(pinblock.PINBlock),
}

// pans are of every length that ISO-0 takes, and one that changes nothing.
var pans = []string{
	"4012345678909", "40123456789012", "378282246310005", "4111111111111111",
	"55555555555544444", "123456789012345678", "6799998900000060919", "0000000000000000",
}
