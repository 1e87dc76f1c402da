package pinblock

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/veil"
)

// quickFormats are the formats that have a quick way.
func quickFormats() (fs []Format) {
	for _, f := range append(Formats(), ISO4.WithRightmost12()) {
		r, err := newRecoder(f, f)
		if err != nil {
			continue
		}
		if _, ok := r.quick(); ok {
			fs = append(fs, f)
		}
	}
	return fs
}

func TestQuickFormats(t *testing.T) {
	t.Parallel()
	require.ElementsMatch(t, []Format{ISO0, ISO1, ISO2, ISO3, ISO4, ISO4.WithRightmost12(), PNPL}, quickFormats())
}

// TestPANIsTwoWords is what unveil takes for granted.
func TestPANIsTwoWords(t *testing.T) {
	t.Parallel()
	require.Equal(t, 2*unsafe.Sizeof(veil.Word{}), unsafe.Sizeof(PAN{}))
	require.Zero(t, unsafe.Offsetof(PAN{}.hi))
	require.Equal(t, unsafe.Sizeof(veil.Word{}), unsafe.Offsetof(PAN{}.lo))
}

// TestQuickIsGeneral compares the two ways on good blocks, on those with a nibble
// changed, and on noise: two million of them.
func TestQuickIsGeneral(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(564, 9))
	good, bad := 0, 0
	for _, from := range quickFormats() {
		for range 4 {
			src, pans := specimens(t, r, from, 10_000)
			for _, to := range quickFormats() {
				g, b := compareWays(t, from, to, bytes.Clone(src), pans, r.Uint64())
				good, bad = good+g, bad+b
			}
		}
	}
	require.Greater(t, min(good, bad), 500_000, "good blocks and bad ones")
}

// specimens returns n clear blocks of a format and accounts.
func specimens(t testing.TB, r *rand.Rand, f Format, n int) (blocks []byte, pans []PAN) {
	l, err := f.layout()
	require.NoError(t, err)
	next := func() (uint64, error) { return r.Uint64(), nil }
	for range n {
		digits := make([]byte, []int{0, 1, 12, 13, 16, 16, 16, 16, 19, 19}[r.IntN(10)])
		pin := make([]byte, 4+r.IntN(9))
		for _, text := range [][]byte{digits, pin} {
			for i := range text {
				text[i] = '0' + byte(r.IntN(10))
			}
		}
		pan, _ := ParsePAN(digits) // without digits, none
		pans = append(pans, pan)
		packed, err := ParsePIN(pin)
		require.NoError(t, err)
		w := r.Uint64()
		if kind := r.IntN(8); kind > 0 {
			hi, _, err := l.put(f, veil.Reveal(packed.digits), nil, next)
			require.NoError(t, err)
			if w = hi; l.takes(f, pan) {
				mask, err := l.mask(pan, nil)
				require.NoError(t, err)
				w ^= mask
			}
			if kind < 4 {
				w ^= uint64(1+r.IntN(15)) << (4 * r.IntN(16))
			}
		}
		blocks = binary.BigEndian.AppendUint64(blocks, w)
		if l.size == 16 {
			blocks = binary.BigEndian.AppendUint64(blocks, r.Uint64())
		}
	}
	return blocks, pans
}

// compareWays recodes blocks in the quick way and the general one, and returns how many
// were good and how many not. Random fill is made from one word, so that it is the same;
// it is stirred, because there are words that would be drawn again for ever.
func compareWays(t testing.TB, from, to Format, src []byte, pans []PAN, word uint64) (good, bad int) {
	r, err := newRecoder(from, to)
	require.NoError(t, err)
	word = (word ^ word>>32 | 1) * 0x9e37_79b9_7f4a_7c15
	next := func() (uint64, error) { return word, nil }
	size := to.BlockSize()
	want, got := make([]byte, size*len(pans)), make([]byte, size*len(pans))
	if from.BlockSize() == size {
		copy(got, src) // in place, as it is done
		src = append([]byte(nil), src...)
	}
	faults, err := r.general(want, src, pans, next, 7, nil)
	require.NoError(t, err)
	q, ok := r.quick()
	require.True(t, ok)
	in := src
	if from.BlockSize() == size {
		in = got
	}
	if !slices.Equal(faults, q.recode(got, in, pans, next, 7, nil)) {
		t.Fatalf("%v to %v: the two do not find the same faults", from, to)
	}
	for _, f := range faults {
		clear(got[size*(f.Index-7):][:size])
	}
	for i := 0; i < len(want); i += size {
		if !bytes.Equal(want[i:i+size], got[i:i+size]) {
			t.Fatalf("%v to %v: block %d is %x, want %x", from, to, i/size, got[i:i+size], want[i:i+size])
		}
	}
	return len(pans) - len(faults), len(faults)
}

// FuzzQuickIsGeneral looks for a block that the two ways do not agree on.
func FuzzQuickIsGeneral(f *testing.F) {
	formats := quickFormats()
	f.Add(byte(0), byte(0), uint64(0x041225EEEEEEEEEE), uint64(0x4111111111111111), byte(16), uint64(0))
	f.Add(byte(3), byte(4), uint64(0x341225BBBBBBBBBB), uint64(0x4111111111111111), byte(19), uint64(1))
	f.Add(byte(4), byte(1), uint64(0x441234AAAAAAAAAA), uint64(0), byte(0), uint64(2))
	f.Fuzz(func(t *testing.T, from, to byte, block, digits uint64, length byte, word uint64) {
		text := make([]byte, int(length)%(MaxPANLength+1))
		for i := range text {
			text[i] = '0' + byte(digits%10)
			digits = digits/10 ^ digits<<57
		}
		pan, _ := ParsePAN(text)
		in := formats[int(from)%len(formats)]
		src := binary.BigEndian.AppendUint64(nil, block)
		if in.BlockSize() == 16 {
			src = binary.BigEndian.AppendUint64(src, word)
		}
		compareWays(t, in, formats[int(to)%len(formats)], src, []PAN{pan}, word)
	})
}
