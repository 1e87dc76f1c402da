package secret_test

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/secret"
	"github.com/pinion-hsm/pinion/internal/secret/secrettest"
)

// raw has no byte that is likely in an address or a name, and no two alike.
var raw = []byte{0xc3, 0x9e, 0xd7, 0xb1, 0xf5, 0xa6, 0xe9, 0x8d, 0xbc, 0xca, 0xf0, 0x93, 0xdb, 0xae, 0x87, 0xfc}

func TestNeverPrints(t *testing.T) {
	t.Parallel()
	secrettest.NeverPrints(t, raw, secret.New(raw))
}

// A test that nothing is shown is worth what it would have noticed.
func TestShowsNoticesLeaks(t *testing.T) {
	t.Parallel()
	block, err := aes.NewCipher(raw)
	require.NoError(t, err)
	type named struct{ b [16]byte }

	require.True(t, secrettest.Shows(raw, raw), "a slice")
	require.True(t, secrettest.Shows(raw, string(raw)), "a string")
	require.True(t, secrettest.Shows(raw, [16]byte(raw)), "an array")
	require.True(t, secrettest.Shows(raw, named{[16]byte(raw)}), "a field")
	require.True(t, secrettest.Shows[cipher.Block](raw, block), "a key schedule")
	require.False(t, secrettest.Shows(raw, "[secret]"))
}

func TestShown(t *testing.T) {
	t.Parallel()
	s := secret.New(raw)
	require.Equal(t, "[secret]", s.String())
	require.Equal(t, "[secret]", s.GoString())
	require.Equal(t, "[secret]", s.LogValue().String())
}

func TestMarshalFails(t *testing.T) {
	t.Parallel()
	s := secret.New(raw)
	for _, v := range []any{s, &s, []secret.Bytes{s}, map[string]any{"k": s}, struct{ S secret.Bytes }{s}, secret.Bytes{}} {
		_, err := json.Marshal(v)
		require.Error(t, err)
	}
	_, err := s.MarshalBinary()
	require.Error(t, err)
	require.Error(t, json.Unmarshal([]byte(`"abc"`), &s))
	require.Error(t, s.UnmarshalBinary(raw))
	require.Equal(t, 16, secret.Len(s), "a failed decoding changes nothing")
}

func TestNewCopies(t *testing.T) {
	t.Parallel()
	b := append([]byte(nil), raw...)
	s := secret.New(b)
	clear(b)
	secret.Lend(s, func(got []byte) { require.Equal(t, raw, got) })
}

func TestZero(t *testing.T) {
	t.Parallel()
	var zero secret.Bytes
	require.True(t, secret.IsZero(zero))
	require.False(t, secret.IsZero(secret.New(nil)))
	require.Zero(t, secret.Len(zero))
	called := false
	secret.Lend(zero, func(b []byte) { called = b == nil })
	require.True(t, called, "the zero Bytes lends nil")
}

func TestEqual(t *testing.T) {
	t.Parallel()
	other := append([]byte(nil), raw...)
	other[15] ^= 1
	s := secret.New(raw)
	require.True(t, secret.Equal(s, s))
	require.True(t, secret.Equal(s, secret.New(raw)))
	require.False(t, secret.Equal(s, secret.New(other)))
	require.False(t, secret.Equal(s, secret.New(raw[:15])))
	require.False(t, secret.Equal(s, secret.Bytes{}))
	require.False(t, secret.Equal(secret.Bytes{}, secret.Bytes{}))
}
