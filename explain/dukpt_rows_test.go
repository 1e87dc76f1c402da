package explain_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// checkDUKPT holds an explanation to what it shows: every row follows from those above
// by the operation that it names, done here with the ciphers of the standard library;
// the KSN is all there; and the tree leads down by one bit at a time.
func checkDUKPT(t *testing.T, x explain.Explanation, ksn dukpt.KSN) {
	t.Helper()
	for _, s := range x.Steps {
		for i := range s.Rows {
			require.NotEmpty(t, s.Rows[i].Name, s.Title)
			for _, p := range s.Rows[i].Parts {
				require.NotEmpty(t, p.Text, "a part without text, of %s", s.Title)
			}
			checkRow(t, s, i)
		}
	}
	require.Equal(t, ksn.String(), x.Steps[0].Rows[0].Value())
	if s := x.Steps[1]; s.Title == "Read it bit by bit" {
		checkBits(t, s.Rows, ksn)
	}
	if tree := dukptTree(x); tree != nil {
		checkTree(t, tree, ksn)
	}
	text, err := json.Marshal(x)
	require.NoError(t, err)
	var again explain.Explanation
	require.NoError(t, json.Unmarshal(text, &again))
	require.Equal(t, x, again, "JSON there and back")
}

// checkBits holds the bits of a KSN to its digits: all of them, at most 32 in a row, and
// the counter in the last row, which no other has a bit of.
func checkBits(t *testing.T, rows []explain.Row, ksn dukpt.KSN) {
	t.Helper()
	var digits string
	for i, r := range rows {
		require.Equal(t, explain.Bits, r.Unit)
		require.LessOrEqual(t, len(r.Value()), 32)
		n, err := strconv.ParseUint(r.Value(), 2, 32)
		require.NoError(t, err)
		text := fmt.Sprintf("%0*X", len(r.Value())/4, n)
		require.Equal(t, "digits "+text, r.Name)
		digits += text
		for _, p := range r.Parts {
			require.NotEmpty(t, p.Kind, "each bit is of something")
			if slices.Contains([]explain.Kind{explain.Counter, explain.Taken, explain.Wrong}, p.Kind) {
				require.Equal(t, len(rows)-1, i, "the counter is in one row")
			}
		}
	}
	require.Equal(t, ksn.String(), digits)
}

// checkRow does what a row says was done.
func checkRow(t *testing.T, s explain.Step, i int) {
	t.Helper()
	r := s.Rows[i]
	if r.Op == "" {
		return
	}
	prev := unhex(t, s.Rows[i-1].Value())
	var want []byte
	switch r.Op {
	case explain.XOR:
		with := r.With
		if with == "" {
			with = s.Rows[i-2].Value()
		}
		want = combine(prev, unhex(t, with), func(a, b byte) byte { return a ^ b })
	case explain.AND:
		want = combine(prev, unhex(t, r.With), func(a, b byte) byte { return a & b })
	case explain.Encipher:
		b := cipherOf(t, s, i)
		for at := 0; at < len(prev); at += b.BlockSize() {
			b.Encrypt(prev[at:], prev[at:at+b.BlockSize()])
		}
		want = prev
	case explain.Take:
		var n int
		_, err := fmt.Sscanf(r.With, "the first %d bytes", &n)
		require.NoError(t, err)
		want = prev[:n]
	case explain.Derive:
		require.Equal(t, "left half, right half", r.With)
		want = append(unhex(t, valueOf(t, s, "left half")), unhex(t, valueOf(t, s, "right half"))...)
	default:
		require.Fail(t, "unknown operation", string(r.Op))
	}
	require.Equal(t, upper(want), r.Value(), "%s: %s", s.Title, r.Name)
}

// cipherOf is what a row was enciphered with: a cipher, and a key that is in hex or
// the name of a row.
func cipherOf(t *testing.T, s explain.Step, i int) cipher.Block {
	t.Helper()
	name, key, ok := strings.Cut(s.Rows[i].With, ", ")
	require.True(t, ok, s.Rows[i].With)
	switch {
	case name == "DES":
		b, err := des.NewCipher(unhex(t, key))
		require.NoError(t, err)
		return b
	case key == "the variant itself":
		return tdes(t, unhex(t, s.Rows[i-1].Value()))
	case name == "TDES":
		return tdes(t, unhex(t, valueOf(t, s, key)))
	}
	require.Equal(t, "AES", name)
	b, err := aes.NewCipher(unhex(t, valueOf(t, s, key)))
	require.NoError(t, err)
	return b
}

func combine(a, b []byte, with func(a, b byte) byte) []byte {
	out := bytes.Clone(a)
	for i := range out {
		out[i] = with(a[i], b[i])
	}
	return out
}
