package bitdes

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

type vector struct{ key, plain, cipher []byte }

// vectors reads the known answers: key, plaintext and ciphertext of single DES.
func vectors(t *testing.T) (list []vector) {
	t.Helper()
	f, err := os.Open("testdata/sp800-20.txt")
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		text, _, _ := strings.Cut(lines.Text(), "#")
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		fields := strings.Fields(text)
		require.Len(t, fields, 3)
		list = append(list, vector{unhex(t, fields[0]), unhex(t, fields[1]), unhex(t, fields[2])})
	}
	require.NoError(t, lines.Err())
	require.Len(t, list, 64+56+32+19, "tables A.1 to A.4")
	return list
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	require.NoError(t, err)
	return b
}

// The known answers, each under its one key.
func TestVectors(t *testing.T) {
	t.Parallel()
	for _, e := range engines() {
		for _, v := range vectors(t) {
			c, err := New(bytes.Repeat(v.key, 3))
			require.NoError(t, err)
			got := make([]byte, 8)
			require.NoError(t, c.crypt(e, got, v.plain, forward))
			require.Equal(t, v.cipher, got, "%v: key %x", e, v.key)
			require.NoError(t, c.crypt(e, got, v.cipher, backward))
			require.Equal(t, v.plain, got, "%v: key %x", e, v.key)
		}
	}
}

// The known answers all at once, each in a lane of its own and again in others.
func TestVectorsInLanes(t *testing.T) {
	t.Parallel()
	list := vectors(t)
	var keys [][16]byte
	var plain, want []byte
	for i := range 3 * len(list) {
		v := list[i%len(list)]
		keys = append(keys, [16]byte(bytes.Repeat(v.key, 2)))
		plain = append(plain, v.plain...)
		want = append(want, v.cipher...)
	}
	for _, e := range engines() {
		got := make([]byte, len(plain))
		require.NoError(t, cryptLanes(e, got, plain, keys, forward))
		require.Equal(t, want, got, e.String())
		require.NoError(t, cryptLanes(e, got, got, keys, backward))
		require.Equal(t, plain, got, e.String())
	}
}

// The example of NIST SP 800-67 revision 2, appendix B: three different parts.
func TestThreeParts(t *testing.T) {
	t.Parallel()
	c, err := New(unhex(t, "0123456789abcdef23456789abcdef01456789abcdef0123"))
	require.NoError(t, err)
	plain := []byte("The qufck brown fox jump")
	want := unhex(t, "a826fd8ce53b855fcce21c8112256fe668d5c05dd9b6b900")
	for _, e := range engines() {
		got := make([]byte, len(plain))
		require.NoError(t, c.crypt(e, got, plain, forward))
		require.Equal(t, want, got, e.String())
	}
}
