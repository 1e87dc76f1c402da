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
	whole := r.options(t, write(t, "in.csv", text))
	_, err := reencrypt.Run(t.Context(), whole)
	require.NoError(t, err)

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
	require.Equal(t, [2]string{string(out), string(rejects)}, outputs(t, whole))
}
