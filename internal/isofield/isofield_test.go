package isofield

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// iso0 and iso3 are the rules of those formats, for PINs of 4 to 12 digits.
var (
	iso0 = Rules{Control: 0, Shortest: 4, Longest: 12, Fixed: ^uint64(0), IsFixed: ^uint64(0), Account: 0xffff_ffff_ffff, Digits: 13, Most: 19}
	iso3 = Rules{Control: 0x30, Shortest: 4, Longest: 12, IsAF: ^uint64(0), Account: 0xffff_ffff_ffff, Digits: 13, Most: 19}
	iso1 = Rules{Control: 0x10, Shortest: 4, Longest: 12, Most: 1 << 62}
)

func TestLook(t *testing.T) {
	t.Parallel()
	const first, second = 16 << 12, 0x4111_1111_1111_1111
	for _, c := range []struct {
		name       string
		rules      *Rules
		field      uint64
		first      uint64
		short, bad bool
	}{
		{"ISO-0", &iso0, 0x041225EEEEEEEEEE, first, false, false},
		{"ISO-0, 12 digits", &iso0, 0x0C122547698103EE, first, false, false},
		{"control", &iso0, 0x141225EEEEEEEEEE, first, false, true},
		{"length 3", &iso0, 0x03122EEEEEEEEEEE, first, false, true},
		{"length 13", &iso0, 0x0D1225EEEEEEEEEE, first, false, true},
		{"digit", &iso0, 0x04F225EEEEEEEEEE, first, false, true},
		{"fill", &iso0, 0x041225EEEEE4EEEE, first, false, true},
		{"ISO-3", &iso3, 0x341225BBBBBBBBBB, first, false, false},
		{"ISO-3, a digit as fill", &iso3, 0x341225BBBBB1BBBB, first, false, true},
		{"ISO-1", &iso1, 0x141234ABCDEF0123, 0, false, false},
		{"12 account digits", &iso0, 0x041225EEEEEEEEEE, 12 << 12, true, false},
		{"20 account digits", &iso0, 0x041225EEEEEEEEEE, 20 << 12, true, false},
		{"19 account digits", &iso0, 0x041225EEEEEEEEEE, 19<<12 | 0x999, false, false},
		{"no account", &iso0, 0x041225EEEEEEEEEE, 0xa << 60, true, false},
	} {
		// Alone, and as the last but one of many, where wide vectors see it.
		for _, n := range []int{1, 2, 9, 17} {
			fields, accounts := make([]byte, 0, 8*n), make([]uint64, 0, 2*n)
			for i := range n {
				field, a := c.field, c.first
				if i != max(0, n-2) {
					field, a = goodOf(c.rules), first
				}
				fields = binary.BigEndian.AppendUint64(fields, field)
				accounts = append(accounts, a, second)
			}
			for _, w := range widths() {
				short, bad := lookBy(w, c.rules, fields, accounts)
				require.Equal(t, c.short, short != 0, "%s of %d, %d at once", c.name, n, w)
				require.Equal(t, c.bad, bad != 0, "%s of %d, %d at once", c.name, n, w)
			}
		}
	}
}

// widths are those of this machine.
func widths() (list []int) {
	for _, w := range []int{1, 4, 8} {
		if w <= wide {
			list = append(list, w)
		}
	}
	return list
}

func goodOf(r *Rules) uint64 {
	return map[*Rules]uint64{&iso0: 0x041225EEEEEEEEEE, &iso1: 0x141234ABCDEF0123, &iso3: 0x341225BBBBBBBBBB}[r]
}

// TestWideIsLook looks at nearly good fields, which differ from good ones in one nibble,
// in as many vectors as there may be and a word at a time.
func TestWideIsLook(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	seen := [2]int{}
	for range 20000 {
		rules := []*Rules{&iso0, &iso1, &iso3}[r.IntN(3)]
		n := 8 * (1 + r.IntN(3))
		fields, accounts := make([]byte, 8*n), make([]uint64, 2*n)
		for i := range n {
			binary.BigEndian.PutUint64(fields[8*i:], goodOf(rules))
			accounts[2*i], accounts[2*i+1] = 16<<12, 0x4111_1111_1111_1111
		}
		fields[r.IntN(8*n)] ^= 1 << r.IntN(8)
		if r.IntN(4) == 0 {
			accounts[r.IntN(2*n)] = r.Uint64()
		}
		s2, b2 := look(*rules, fields, accounts)
		for _, w := range widths() {
			s1, b1 := lookBy(w, rules, fields, accounts)
			require.Equal(t, s2 != 0, s1 != 0, "%d at once: %x %x", w, fields, accounts)
			require.Equal(t, b2 != 0, b1 != 0, "%d at once: %x %x", w, fields, accounts)
		}
		seen[min(b2, 1)]++
	}
	require.Greater(t, min(seen[0], seen[1]), 1000, "good ones and bad ones")
}

func TestLookAtNothing(t *testing.T) {
	t.Parallel()
	short, bad := Look(&iso0, nil, nil)
	require.Zero(t, short|bad)
}
