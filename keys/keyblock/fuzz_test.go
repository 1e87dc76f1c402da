package keyblock_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/keyblock"
	"github.com/pinion-hsm/pinion/keys/keyblock/clearblock"
)

func seed(f *testing.F) {
	for _, v := range readVectors(f) {
		f.Add(v.Inputs.KeyBlock)
		f.Add(v.Inputs.Header)
	}
	for _, s := range []string{"", "B0080", "A0000000000010000007000", "A00000000000100000dX000000000", "D0000P0TE00N0100KS0008FFFFFFFF"} {
		f.Add(s)
	}
}

// FuzzParseHeader: a header that is read is written as the same text, is explained,
// and says the same when it is read again; one that is not is ErrHeader.
func FuzzParseHeader(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, text string) {
		h, err := keyblock.ParseHeader(text)
		if err != nil {
			var field *keyblock.FieldError
			if !errors.Is(err, keyblock.ErrHeader) || !errors.As(err, &field) || field.Offset > len(text) {
				t.Fatalf("undocumented error: %v", err)
			}
			return
		}
		if s := h.String(); !strings.HasPrefix(text, s) || len(s) != h.Len() {
			t.Fatalf("%q was written as %q", text, s)
		}
		again, err := keyblock.ParseHeader(h.String())
		if err != nil || again.String() != h.String() {
			t.Fatalf("cannot be read again: %v", err)
		}
		if n := len(keyblock.Explain(h)); n < 10+len(h.Optional) {
			t.Fatalf("only %d fields explained", n)
		}
		if err := h.Check(); err != nil && !errors.Is(err, keyblock.ErrInconsistent) {
			t.Fatalf("a header that was read cannot be checked: %v", err)
		}
	})
}

// FuzzUnwrap: a text of any kind is malformed or not authentic, unless it is one
// of the blocks there are.
func FuzzUnwrap(f *testing.F) {
	seed(f)
	kbpks := map[byte]keyblock.KBPK{}
	for i := range len(allVersions) {
		kbpks[allVersions[i]] = kbpksOf(f, allVersions[i])[0]
	}
	f.Fuzz(func(t *testing.T, text string) {
		var kbpk keyblock.KBPK = keys.Key{}
		if text != "" && kbpks[text[0]] != nil {
			kbpk = kbpks[text[0]]
		}
		u, err := keyblock.Unwrap(t.Context(), kbpk, text)
		if !errors.Is(err, keyblock.ErrHeader) && err != keyblock.ErrMAC {
			t.Fatalf("undocumented result: %v", err)
		}
		if u.Size() != 0 {
			t.Fatal("a key came with an error")
		}
	})
}

// FuzzWrap: whatever is wrapped unwraps to the same, and wraps to the same block
// with the same padding.
func FuzzWrap(f *testing.F) {
	f.Add(byte(0), []byte("key"), "label", byte(3))
	f.Add(byte(3), make([]byte, 300), strings.Repeat("x", 260), byte(0))
	f.Add(byte(4), []byte{1}, "\x00", byte(15))
	kbpks := map[byte]keyblock.KBPK{}
	for i := range len(allVersions) {
		kbpks[allVersions[i]] = kbpksOf(f, allVersions[i])[0]
	}
	f.Fuzz(func(t *testing.T, v byte, key []byte, label string, digits byte) {
		h := keyblock.Header{
			Version: allVersions[int(v)%len(allVersions)], Usage: "72", Algorithm: '1', Mode: 'N', Exportability: 'N',
			Optional: []keyblock.OptionalBlock{{ID: "LB", Data: label, LengthDigits: int(digits % 10)}},
		}
		block, err := clearblock.Wrap(t.Context(), kbpks[h.Version], h, key, nil, allowAll()...)
		if err != nil {
			for _, known := range []error{keyblock.ErrHeader, keyblock.ErrKeySize, keyblock.ErrTooLong} {
				if errors.Is(err, known) {
					return
				}
			}
			t.Fatalf("undocumented error: %v", err)
		}
		u, err := keyblock.Unwrap(t.Context(), kbpks[h.Version], block)
		require.NoError(t, err)
		require.Equal(t, key, clearblock.Key(u))
		require.Equal(t, h.Optional[0], u.Header.Optional[0])
		again, err := clearblock.Wrap(t.Context(), kbpks[h.Version], u.Header, key, clearblock.Padding(u), allowAll()...)
		require.NoError(t, err)
		require.Equal(t, block, again)
	})
}
