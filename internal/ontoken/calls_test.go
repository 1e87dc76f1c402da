package ontoken_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/ontoken"
)

// TestCallCounts keeps the table of the package's documentation true.
func TestCallCounts(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	table := ""
	for _, from := range formats[:4] {
		line := "//\t" + from.Name() + " "
		for _, to := range formats[:4] {
			cell := ""
			for _, pin := range []string{"1234", "12345"} {
				b, calls, destroyed := ontoken.New(r.token, r.marks), r.token.calls, r.token.destroy
				x := r.open(b, from, r.seal(from, pin, pans[0]), pans[0])
				_, err := b.Seal(to, r.to[to.BlockSize()].Key, x, mustPAN(t, pans[0]))
				require.NoError(t, err)
				b.Close()
				calls = r.token.calls - calls
				cell += fmt.Sprintf(" %d+%d,", calls, r.token.destroy-destroyed)
			}
			line += fmt.Sprintf("  %-15s", strings.Trim(cell, " ,"))
		}
		table += strings.TrimRight(line, " ") + "\n"
	}
	require.Contains(t, string(doc), table)
}

// TestNothingCrosses looks for the PIN in every byte that crossed the boundary in
// all operations: as a row of nibbles that begins anywhere, and in ASCII.
// PINs are long, so that none is there by chance.
func TestNothingCrosses(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, n := range []int{11, 12} {
		for _, from := range formats {
			for _, to := range formats {
				pin := digits(n)
				block := r.seal(from, pin, pans[0])
				r.token.seen = nil
				b := ontoken.New(r.token, r.marks)
				x := r.open(b, from, block, pans[0])
				y := r.open(b, from, block, pans[0])
				out, err := b.Seal(to, r.to[to.BlockSize()].Key, x, mustPAN(t, pans[0]))
				require.NoError(t, err)
				_, err = b.PVV(visa, r.pvk.Key, x, mustPAN(t, pans[0]))
				require.NoError(t, err)
				requireEqual(t, b, x, y, true)
				b.Close()
				require.Contains(t, r.token.seen, out)
				key := r.from[from.BlockSize()]
				field, bound := unlock(t, key, from, block, pans[0]), unlock(t, key, from, block, pans[7])
				require.Contains(t, hex.EncodeToString(field), pin, "what is looked for is what there is to see")
				for _, seen := range r.token.seen {
					require.NotContains(t, string(seen), pin)
					require.NotContains(t, hex.EncodeToString(seen), pin)
					require.NotContains(t, string(seen), string(field[:8]))
					require.NotContains(t, string(seen), string(bound[:8]), "the field combined with the PAN")
				}
			}
		}
	}
}

// FuzzOpen opens any field in every format: the verdict on the token is that of
// package pinblock, but for digits above 9.
func FuzzOpen(f *testing.F) {
	for _, field := range []string{
		"041234ffffffffff", "0512345fffffffff", "0c123456789012ff", "041234fffffffffe", "0412a4ffffffffff", "031234ffffffffff",
		"141234a5f0c3e178", "341234abcdefabcd", "3b12345678901abc", "341234abcdef9bcd",
		"441234aaaaaaaaaa0011223344556677", "4512345aaaaaaaaa0011223344556677", "4512345aaaaaaaab0011223344556677",
	} {
		b, err := hex.DecodeString(field)
		require.NoError(f, err)
		f.Add(b, uint64(4111111111111111))
	}
	r := newRig(f)
	f.Fuzz(func(t *testing.T, field []byte, account uint64) {
		r.t, r.token.t = t, t
		pan := fmt.Sprintf("%013d", account%1e19)
		field = append(field, make([]byte, 16)...)[:16]
		for i, format := range formats[:5] {
			r.requireVerdict(format, field[:format.BlockSize()], pan)
			fits := bytes.Clone(field[:format.BlockSize()])
			fits[0] = fits[0]&0xf | []byte{0x00, 0x10, 0x30, 0x40, 0x40}[i]
			r.requireVerdict(format, fits, pan)
		}
	})
}
