package reencrypt_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/reencrypt"
)

// packed compresses a text in both ways, with the tools of others.
func packed(t *testing.T, text string) (gz, zst string) {
	t.Helper()
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	_, err := io.WriteString(w, text)
	require.NoError(t, errors.Join(err, w.Close()))
	z, err := zstd.NewWriter(nil)
	require.NoError(t, err)
	return zipped.String(), string(z.EncodeAll([]byte(text), nil))
}

// TestCompressed reads and writes both compressions, with the tools of others.
func TestCompressed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	cs := cards(700)
	text := table(t, r, cs, 10)
	plain := r.options(t, write(t, "in.csv", text))
	_, err := reencrypt.Run(t.Context(), plain)
	require.NoError(t, err)
	gz, zst := packed(t, text)
	for in, content := range map[string]string{"in.csv.gz": gz, "in.csv.zst": zst, "in.csv": gz} {
		o := r.options(t, write(t, in, content))
		o.Out, o.Rejects = o.Out+".gz", o.Rejects+".zst"
		o.Compress = reencrypt.Gzip
		m, err := reencrypt.Run(t.Context(), o)
		require.NoError(t, err)
		unzipped, err := gzip.NewReader(strings.NewReader(read(t, o.Out)))
		require.NoError(t, err)
		got, err := io.ReadAll(unzipped)
		require.NoError(t, err)
		require.Equal(t, read(t, plain.Out), string(got))
		unz, err := zstd.NewReader(nil)
		require.NoError(t, err)
		got, err = unz.DecodeAll([]byte(read(t, o.Rejects)), nil)
		require.NoError(t, err)
		require.Equal(t, read(t, plain.Rejects), string(got))
		require.NotEqual(t, m.Input.SHA256, m.Input.Content)
		require.Equal(t, sum(read(t, o.In)), m.Input.SHA256)
		require.Equal(t, sum(text), m.Input.Content)
	}
}

// TestCutOff takes the end off compressed files: wherever that is, their rows are not
// taken for all.
func TestCutOff(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	gz, zst := packed(t, table(t, r, cards(20), 10))
	for name, whole := range map[string]string{"in.csv.gz": gz, "in.csv.zst": zst} {
		for n := range len(whole) {
			o := r.options(t, write(t, name, whole[:n]))
			_, err := reencrypt.Run(t.Context(), o)
			require.Error(t, err, "%s: %d bytes of %d", name, n, len(whole))
			if n >= 4 { // what it is can be seen
				require.ErrorIs(t, err, reencrypt.ErrInput, "%d bytes", n)
			}
			require.NoFileExists(t, o.Out)
		}
	}
}
