package pinblock_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/pinblock"
)

// column returns blocks and accounts as a column.
func column(blocks [][]byte, pans []pinblock.PAN) pinblock.Column {
	return pinblock.Column{Blocks: bytes.Join(blocks, nil), PANs: pans}
}

// TestTranslateManyMore translates more blocks than go to a key at once.
func TestTranslateManyMore(t *testing.T) {
	t.Parallel()
	from, to := pinblock.Source{Key: tdes(t, zpk1), Format: pinblock.ISO0}, pinblock.Target{Key: keyFor(t, pinblock.ISO4), Format: pinblock.ISO4}
	pan, n := mustPAN(t, "4111111111111111"), 10000
	blocks, pans := make([][]byte, n), make([]pinblock.PAN, n)
	for i := range n {
		block, err := pinblock.Seal(t.Context(), nil, from.Key.(pinblock.Encrypter), pinblock.ISO0, mustPIN(t, fmt.Sprintf("%05d", i/5000)), pan)
		require.NoError(t, err)
		if i%1000 == 7 {
			block[0] ^= 1
		}
		blocks[i], pans[i] = block, pan
	}
	made, faults, err := pinblock.TranslateAll(t.Context(), nil, column(blocks, pans), from, to)
	require.NoError(t, err)
	require.Len(t, made, 16*n)
	require.Len(t, faults, 10)
	for i, f := range faults {
		require.Equal(t, pinblock.Fault{Index: 1000*i + 7, Err: pinblock.ErrBlock}, f)
		require.Equal(t, make([]byte, 16), made[16*f.Index:][:16])
	}
	seen := map[string]bool{}
	for i := range n {
		if i%1000 == 7 {
			continue
		}
		block := made[16*i:][:16]
		got, err := pinblock.Open(t.Context(), keyFor(t, pinblock.ISO4).(pinblock.Decrypter), pinblock.ISO4, block, pan)
		require.NoError(t, err)
		require.True(t, got.Equal(mustPIN(t, fmt.Sprintf("%05d", i/5000))))
		require.False(t, seen[string(block)], "thousands have one PIN, and none has another's random fill")
		seen[string(block)] = true
	}
}

func TestTranslateAllIsTranslate(t *testing.T) {
	t.Parallel()
	digits := []string{"4111111111111111", "5555555551234567", "6799998900000060919", "4012345678909"}
	for _, from := range sealable() {
		for _, to := range sealable() {
			source, target := pinblock.Source{Key: keyFor(t, from), Format: from}, pinblock.Target{Key: keyFor(t, to), Format: to}
			var blocks [][]byte
			var pans []pinblock.PAN
			shortest, longest := from.PINLengths()
			for i := range 20 {
				pin, pan := mustPIN(t, "123456789012"[:max(4, shortest, min(longest, 4+i%9))]), mustPAN(t, digits[i%4])
				block, err := pinblock.Seal(t.Context(), nil, keyFor(t, from), from, pin, pan)
				require.NoError(t, err)
				switch i {
				case 4:
					block[2] ^= 0x80
				case 5:
					pan = mustPAN(t, "12")
				case 6:
					pan = pinblock.PAN{}
				}
				blocks, pans = append(blocks, block), append(pans, pan)
			}
			made, faults, err := pinblock.TranslateAll(t.Context(), nil, column(blocks, pans), source, target)
			require.NoError(t, err)
			for i, block := range blocks {
				size := to.BlockSize()
				got := made[size*i:][:size]
				want, err := pinblock.Translate(t.Context(), nil, block, pans[i], source, target)
				if err != nil {
					require.NotEmpty(t, faults, "%v to %v, item %d", from, to, i)
					require.Equal(t, pinblock.Fault{Index: i, Err: err}, faults[0], "%v to %v, item %d", from, to, i)
					require.Equal(t, make([]byte, size), got)
					faults = faults[1:]
					continue
				}
				requireSamePIN(t, to, want, got, pans[i])
			}
			require.Empty(t, faults, "%v to %v", from, to)
		}
	}
}

// requireSamePIN requires that two blocks hold one PIN, or, where the format leaves
// that open, that neither opens.
func requireSamePIN(t *testing.T, f pinblock.Format, want, got []byte, pan pinblock.PAN) {
	t.Helper()
	one, err1 := pinblock.Open(t.Context(), keyFor(t, f), f, want, pan)
	two, err2 := pinblock.Open(t.Context(), keyFor(t, f), f, got, pan)
	require.Equal(t, err1, err2)
	require.Equal(t, err1 == nil, one.Equal(two))
}

func TestTranslateAllFailsWhole(t *testing.T) {
	t.Parallel()
	pan := mustPAN(t, "4111111111111111")
	for _, to := range []pinblock.Format{pinblock.ISO0, pinblock.ISO4} {
		for calls := range 1 + to.BlockSize()/8 {
			n := calls
			c := pinblock.Column{Blocks: mustHex(t, "AE5F5FAADA187925"), PANs: []pinblock.PAN{pan}}
			dst := make([]byte, 3, 32)
			inner := tdes(t, zpk2)
			if to == pinblock.ISO4 {
				inner = aesKey(t, aes1)
			}
			made, faults, err := pinblock.TranslateAll(t.Context(), dst, c, pinblock.Source{Key: broken{tdes(t, zpk1), &n}, Format: pinblock.ISO0},
				pinblock.Target{Key: broken{inner, &n}, Format: to})
			require.Equal(t, errBroken, err)
			require.Nil(t, made)
			require.Nil(t, faults)
			require.Equal(t, mustHex(t, "AE5F5FAADA187925"), c.Blocks, "nothing was changed")
			require.Equal(t, make([]byte, 32), dst[:32], "nothing is left of what was deciphered")
		}
	}
}

func TestTranslateAllRefuses(t *testing.T) {
	t.Parallel()
	key, pan := tdes(t, zpk1), mustPAN(t, "4111111111111111")
	good := pinblock.Column{Blocks: mustHex(t, "AE5F5FAADA187925"), PANs: []pinblock.PAN{pan}}
	for _, c := range []struct {
		column   pinblock.Column
		from, to pinblock.Format
		want     error
	}{
		{good, 0, pinblock.ISO0, pinblock.ErrFormat},
		{good, pinblock.ISO0, 0, pinblock.ErrFormat},
		{good, pinblock.ISO4, pinblock.ISO0, pinblock.ErrKeySize},
		{good, pinblock.ISO0, pinblock.ISO4, pinblock.ErrKeySize},
		{good, pinblock.ISO0, pinblock.VISA41, pinblock.ErrCardKey},
		{pinblock.Column{Blocks: good.Blocks}, pinblock.ISO0, pinblock.ISO0, pinblock.ErrColumn},
		{pinblock.Column{Blocks: good.Blocks[1:], PANs: good.PANs}, pinblock.ISO0, pinblock.ISO0, pinblock.ErrColumn},
		{pinblock.Column{PANs: good.PANs}, pinblock.ISO0, pinblock.ISO0, pinblock.ErrColumn},
		{pinblock.Column{}, pinblock.ISO0, pinblock.ISO0, nil},
	} {
		made, faults, err := pinblock.TranslateAll(t.Context(), nil, c.column, pinblock.Source{Key: key, Format: c.from}, pinblock.Target{Key: key, Format: c.to})
		require.ErrorIs(t, err, c.want)
		require.Empty(t, made)
		require.Empty(t, faults)
	}
}

// One block of another account is found wherever it is, and it alone.
func TestTranslateAllOneOther(t *testing.T) {
	t.Parallel()
	key, pan, other := tdes(t, zpk1), mustPAN(t, "4111111111111111"), mustPAN(t, "5555555555554444")
	to := pinblock.Target{Key: tdes(t, zpk2), Format: pinblock.ISO0}
	for n := 1; n < 80; n++ {
		for _, at := range []int{0, n / 2, n - 1} {
			c := pinblock.Column{Blocks: bytes.Repeat(mustHex(t, "AE5F5FAADA187925"), n), PANs: slices.Repeat([]pinblock.PAN{pan}, n)}
			c.PANs[at] = other
			_, faults, err := pinblock.TranslateAll(t.Context(), nil, c, pinblock.Source{Key: key, Format: pinblock.ISO0}, to)
			require.NoError(t, err)
			require.Equal(t, []pinblock.Fault{{Index: at, Err: pinblock.ErrBlock}}, faults, "%d of %d", at, n)
		}
	}
}

// panics is a key whose device does.
type panics struct{ pinblock.Encrypter }

func (panics) Encrypt(context.Context, []byte, []byte) error { panic("a device") }

func TestTranslateAllPanics(t *testing.T) {
	t.Parallel()
	key := tdes(t, zpk1)
	c := pinblock.Column{Blocks: mustHex(t, "AE5F5FAADA187925"), PANs: []pinblock.PAN{mustPAN(t, "4111111111111111")}}
	dst := make([]byte, 8)
	require.Panics(t, func() {
		_, _, _ = pinblock.TranslateAll(t.Context(), dst[:0], c, pinblock.Source{Key: key, Format: pinblock.ISO0}, pinblock.Target{Key: panics{key}, Format: pinblock.ISO0})
	})
	require.Zero(t, [8]byte(dst), "nothing is left of what was deciphered")
}

// Blocks that lie where the new ones go are refused, and stay as they are. Behind them,
// and before, there is room.
func TestTranslateAllOverlap(t *testing.T) {
	t.Parallel()
	from, to := pinblock.Source{Key: tdes(t, zpk1), Format: pinblock.ISO0}, pinblock.Target{Key: tdes(t, zpk2), Format: pinblock.ISO0}
	b := append(make([]byte, 16, 32), mustHex(t, "AE5F5FAADA187925")...)
	c := pinblock.Column{Blocks: b[16:24], PANs: []pinblock.PAN{mustPAN(t, "4111111111111111")}}
	for at := range 25 {
		made, faults, err := pinblock.TranslateAll(t.Context(), b[:at], c, from, to)
		if at > 8 && at < 24 {
			require.ErrorIs(t, err, pinblock.ErrOverlap, "%d", at)
			require.Equal(t, mustHex(t, "AE5F5FAADA187925"), c.Blocks)
			continue
		}
		require.NoError(t, err, "%d", at)
		require.Empty(t, faults)
		require.Len(t, made, at+8)
	}
}

func TestTranslateAllAppends(t *testing.T) {
	t.Parallel()
	from, to := pinblock.Source{Key: tdes(t, zpk1), Format: pinblock.ISO0}, pinblock.Target{Key: tdes(t, zpk2), Format: pinblock.ISO0}
	c := pinblock.Column{Blocks: mustHex(t, "AE5F5FAADA187925"), PANs: []pinblock.PAN{mustPAN(t, "4111111111111111")}}
	for _, room := range []int{0, 64} {
		dst := append(make([]byte, 0, 6+room), "prefix"...)
		made, _, err := pinblock.TranslateAll(t.Context(), dst, c, from, to)
		require.NoError(t, err)
		require.Equal(t, append([]byte("prefix"), mustHex(t, "FDEF2B14AFA96BD9")...), made)
		require.Equal(t, room != 0, &made[0] == &dst[0], "memory that is there is used")
	}
}

// TestTranslateAllWipes looks at the memory that clear blocks of another size were in.
func TestTranslateAllWipes(t *testing.T) { // not parallel: the memory is another's afterwards
	pan := mustPAN(t, "4111111111111111")
	for from, to := range map[pinblock.Format]pinblock.Format{pinblock.ISO0: pinblock.ISO4, pinblock.ISO4: pinblock.ISO3} {
		var inner, outer block
		for _, k := range []struct {
			f   pinblock.Format
			key *block
		}{{from, &inner}, {to, &outer}} {
			if *k.key = tdes(t, zpk1); k.f == pinblock.ISO4 {
				*k.key = aesKey(t, aes1)
			}
		}
		sealed, err := pinblock.Seal(t.Context(), nil, inner, from, mustPIN(t, "1234"), pan)
		require.NoError(t, err)
		var kept []byte
		_, faults, err := pinblock.TranslateAll(t.Context(), nil, column([][]byte{sealed}, []pinblock.PAN{pan}),
			pinblock.Source{Key: keeper{inner, &kept}, Format: from}, pinblock.Target{Key: outer, Format: to})
		require.NoError(t, err)
		require.Empty(t, faults)
		require.Equal(t, make([]byte, from.BlockSize()), kept)
	}
}

// counter is a key that counts the blocks that it is given.
type counter struct {
	block
	blocks *int
}

func (k counter) Encrypt(ctx context.Context, dst, src []byte) error {
	*k.blocks += len(src) / k.BlockSize()
	return k.block.Encrypt(ctx, dst, src)
}

// TestBadBlocksAreNotEnciphered: a device that charges by the block would do it in vain.
func TestBadBlocksAreNotEnciphered(t *testing.T) {
	t.Parallel()
	pan := mustPAN(t, "4111111111111111")
	for _, to := range []struct {
		f   pinblock.Format
		key block
	}{{pinblock.ISO0, tdes(t, zpk2)}, {pinblock.ISO4, aesKey(t, aes1)}} {
		for _, good := range []int{0, 1, 9} {
			blocks, pans := slices.Repeat([][]byte{make([]byte, 8)}, 20), slices.Repeat([]pinblock.PAN{pan}, 20)
			for i := range good {
				blocks[2*i] = mustHex(t, "AE5F5FAADA187925")
			}
			var enciphered int
			made, faults, err := pinblock.TranslateAll(t.Context(), nil, column(blocks, pans),
				pinblock.Source{Key: tdes(t, zpk1), Format: pinblock.ISO0}, pinblock.Target{Key: counter{to.key, &enciphered}, Format: to.f})
			require.NoError(t, err)
			require.Len(t, faults, 20-good)
			require.Equal(t, good*to.f.BlockSize()/8, enciphered)
			for i := range good {
				size := to.f.BlockSize()
				_, err := pinblock.Open(t.Context(), to.key, to.f, made[2*i*size:][:size], pan)
				require.NoError(t, err)
			}
		}
	}
}
