package bitdes

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/fipstest"
	"github.com/pinion-hsm/pinion/internal/secret/secrettest"
)

func TestMain(m *testing.M) {
	fipstest.Main(m, func() error {
		_, errNew := New(make([]byte, 24))
		errLanes := EncryptLanes(make([]byte, 8), make([]byte, 8), make([][16]byte, 1))
		if !errors.Is(errNew, ErrFIPS) || !errors.Is(errLanes, ErrFIPS) {
			return fmt.Errorf("want ErrFIPS twice, got %v and %v", errNew, errLanes)
		}
		return nil
	})
}

func TestDirections(t *testing.T) {
	t.Parallel()
	key := random(1, 16)
	c, err := New(key)
	require.NoError(t, err)
	plain := random(2, 8*700)
	want := naive(t, key, plain, forward)
	got := make([]byte, len(plain))
	require.NoError(t, c.EncryptBlocks(got, plain))
	equal(t, want, got, widest)
	require.NoError(t, c.DecryptBlocks(got, got))
	equal(t, plain, got, widest)

	keys := make([][16]byte, 700)
	for i := range keys {
		keys[i] = [16]byte(key)
	}
	require.NoError(t, EncryptLanes(got, plain, keys))
	equal(t, want, got, widest)
	require.NoError(t, DecryptLanes(got, got, keys))
	equal(t, plain, got, widest)
}

func TestParityBitsAreIgnored(t *testing.T) {
	t.Parallel()
	key := random(1, 24)
	other := bytes.Clone(key)
	for i := range other {
		other[i] ^= 1
	}
	plain := random(2, 8*512)
	want := naive(t, key, plain, forward)
	c, err := New(other)
	require.NoError(t, err)
	for _, e := range engines() {
		got := make([]byte, len(plain))
		require.NoError(t, c.crypt(e, got, plain, forward))
		equal(t, want, got, e)
		keys := make([][24]byte, 512)
		for i := range keys {
			keys[i] = [24]byte([][]byte{key, other}[i%2])
		}
		require.NoError(t, cryptLanes(e, got, plain, keys, forward))
		equal(t, want, got, e)
	}
}

// Each of the 56 bits of a part matters, in each of the parts.
func TestEveryKeyBit(t *testing.T) {
	t.Parallel()
	plain := random(2, 8*3*64)
	keys := make([][24]byte, 3*64)
	var want []byte
	for i := range keys {
		keys[i][i/8] = 0x80 >> (i % 8)
		want = append(want, naive(t, keys[i][:], plain[8*i:8*i+8], forward)...)
	}
	for _, e := range engines() {
		got := make([]byte, len(plain))
		require.NoError(t, cryptLanes(e, got, plain, keys, forward))
		equal(t, want, got, e)
		for i := range keys {
			c, err := New(keys[i][:])
			require.NoError(t, err)
			block := make([]byte, 8)
			require.NoError(t, c.crypt(e, block, plain[8*i:8*i+8], forward))
			require.Equal(t, want[8*i:8*i+8], block)
		}
	}
}

func TestWipe(t *testing.T) {
	t.Parallel()
	c, err := New(random(1, 24))
	require.NoError(t, err)
	table := c.box().table
	require.NotZero(t, *table)
	c.Wipe()
	require.Zero(t, *table)
	block := []byte("plain 01")
	require.ErrorIs(t, c.EncryptBlocks(block, block), ErrWiped)
	require.ErrorIs(t, c.DecryptBlocks(block, block), ErrWiped)
	require.Equal(t, "plain 01", string(block))
	c.Wipe()

	var zero Cipher
	zero.Wipe()
	require.ErrorIs(t, zero.EncryptBlocks(block, block), ErrWiped)
	var none *Cipher
	none.Wipe()
	require.ErrorIs(t, none.EncryptBlocks(block, block), ErrWiped)
}

// What a call leaves in its scratch is wiped.
func TestScratchIsWiped(t *testing.T) {
	t.Parallel()
	for _, e := range engines() {
		s := new(scratch)
		setKeys(s, e, [][24]byte{[24]byte(random(1, 24))})
		s.batch(e, make([]byte, 8), random(2, 8), &s.keys, forward)
		require.NotZero(t, *s, e.String())
		s.wipe(true)
		require.Zero(t, *s, e.String())
	}
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	key := random(1, 24)
	c, err := New(key)
	require.NoError(t, err)
	var group sync.WaitGroup
	for i := range 8 {
		plain := random(uint64(i), 8*(i*100+1))
		want := naive(t, key, plain, forward)
		group.Go(func() {
			for range 50 {
				got := make([]byte, len(plain))
				if c.EncryptBlocks(got, plain) != nil || !bytes.Equal(want, got) {
					t.Error("another answer than alone")
				}
			}
		})
	}
	group.Wait()
}

func TestNeverPrints(t *testing.T) {
	t.Parallel()
	raw := []byte{0xc3, 0x9e, 0xd7, 0xb1, 0xf5, 0xa6, 0xe9, 0x8d, 0xbc, 0xca, 0xf0, 0x93, 0xdb, 0xae, 0x87, 0xfc}
	c, err := New(raw)
	require.NoError(t, err)
	secrettest.NeverPrints(t, raw, c)
	secrettest.NeverPrints(t, raw, *c)

	// The key is there as masks, so that masks must not show either.
	type holder struct{ c *Cipher }
	for _, v := range []any{c, *c, holder{c}, &holder{c}, []Cipher{*c}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%x", "%d", "%s"} {
			text := fmt.Sprintf(verb, v)
			require.NotContains(t, text, "18446744073709551615")
			require.NotContains(t, text, "ffffffffffffffff")
		}
	}
	require.Equal(t, "[TDES key] [TDES key] [TDES key]", fmt.Sprintf("%v %s %x", c, *c, c))
	require.Equal(t, "[TDES key]", c.String())
	require.Equal(t, "[TDES key]", c.GoString())
	require.Equal(t, slog.StringValue("[TDES key]"), c.LogValue())
	_, err = json.Marshal(c)
	require.Error(t, err)
	_, err = c.MarshalBinary()
	require.Error(t, err)
}
