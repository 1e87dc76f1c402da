package reencrypt_test

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/reencrypt"
)

// TestChunksElsewhere does what workers on other machines would: each has a layout
// and the bytes of one chunk, and together they write what Run writes.
func TestChunksElsewhere(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	text := table(t, r, cards(1000), 9) + "\n\"odd\nlines\n"
	want := r.whole(t, r.options(t, write(t, "in.csv", text)))

	l, err := reencrypt.NewLayout(reencrypt.CSV, 0, nil)
	require.NoError(t, err)
	out, next, err := reencrypt.Chunks(strings.NewReader(text), l, 64)
	require.NoError(t, err)
	kept, err := json.Marshal(l)
	require.NoError(t, err)
	rejects := []byte("row,id,pan,code,reason\n")
	for {
		c, err := next()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		var l reencrypt.Layout
		require.NoError(t, json.Unmarshal(kept, &l))
		conv, err := reencrypt.NewConverter(t.Context(), r.h, toISO0(), &l)
		require.NoError(t, err)
		o, err := conv.Convert(t.Context(), reencrypt.NewChunk(&l, c.First(), c.Data()))
		require.NoError(t, err)
		require.EqualValues(t, c.Rows(), o.Rows)
		out, rejects = append(out, o.Out...), append(rejects, o.Rejects...)
	}
	require.Equal(t, want, [2]string{string(out), string(rejects)})
}

// TestScatteredElsewhere does the same with a sample, whose rows do not follow each
// other.
func TestScatteredElsewhere(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	text := table(t, r, cards(1000), 9) + "\n\"odd\nlines\n" + strings.Repeat("x", 70_000) + "\nlast"
	for _, size := range []int{1, 70, 500, 5000} {
		o := r.options(t, write(t, "in.csv", text))
		o.Sample = size
		want := r.whole(t, o)
		l, err := reencrypt.NewLayout(reencrypt.CSV, 0, nil)
		require.NoError(t, err)
		out, all, err := reencrypt.Chunks(strings.NewReader(text), l, 64)
		require.NoError(t, err)
		s, err := reencrypt.NewSampler(reencrypt.Sampling{Rows: size, Batch: 64}, all)
		require.NoError(t, err)
		conv, err := reencrypt.NewConverter(t.Context(), r.h, toISO0(), l)
		require.NoError(t, err)
		rejects := []byte("row,id,pan,code,reason\n")
		for {
			c, err := s.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err)
			again, err := reencrypt.NewScattered(l, c.Places(), c.Data())
			require.NoError(t, err)
			require.Equal(t, c, again)
			o, err := conv.Convert(t.Context(), again)
			require.NoError(t, err)
			out, rejects = append(out, o.Out...), append(rejects, o.Rejects...)
		}
		require.EqualValues(t, 1004, s.From())
		require.Equal(t, want, [2]string{string(out), string(rejects)})
	}
	for _, bad := range []reencrypt.Sampling{{Batch: 64}, {Rows: -1, Batch: 64}, {Rows: reencrypt.MaxSample + 1, Batch: 64},
		{Rows: 9}, {Rows: 9, Batch: reencrypt.MaxBatch + 1}} {
		_, err := reencrypt.NewSampler(bad, nil)
		require.ErrorIs(t, err, reencrypt.ErrOptions)
	}
}

// TestPlaces refuses places that are not those of rows.
func TestPlaces(t *testing.T) {
	t.Parallel()
	l := &reencrypt.Layout{Kind: reencrypt.CSV, Delimiter: ','}
	c, err := reencrypt.NewScattered(l, []byte{5, 4, 2, 3}, []byte("a,b\nc,d"))
	require.NoError(t, err)
	require.EqualValues(t, 5, c.First())
	require.Equal(t, 2, c.Rows())
	for _, places := range []string{"", "\x05", "\x05\x04", "\x05\x04\x02", "\x05\x04\x02\x04", "\x05\x04\x00\x03", "\x05\x00\x01\x07", "\x05\x07", "\x05\x03\x01\x04",
		"\x05\x04\x02\x03\x01", "\x80", "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01\x04\x01\x03", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x04\x01\x03"} {
		_, err := reencrypt.NewScattered(l, []byte(places), []byte("a,b\nc,d"))
		require.ErrorIs(t, err, reencrypt.ErrPlaces, "%x", places)
	}
	none, err := reencrypt.NewScattered(l, nil, nil)
	require.NoError(t, err)
	require.Zero(t, none.Rows())
}
