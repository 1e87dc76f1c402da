package pinblock

import (
	"encoding/binary"

	"github.com/pinion-hsm/pinion/internal/isofield"
)

// quick is [recoder] for the formats with a control nibble, ISO 0 to 4 and those
// modelled on them: most of the blocks in the world. Length and digits are at the same
// places in all of them, so that a block keeps those, and what remains is a check, and
// where the formats differ a control nibble and a fill. It looks at every nibble
// whatever it finds, and neither branches nor looks anything up by a digit; whether a
// block is good is no secret.
type quick struct {
	in, out shape
	rules   isofield.Rules
}

// quick returns the quick way, if there is one.
func (r *recoder) quick() (q quick, ok bool) {
	if q.in, ok = r.in.shaped(); !ok {
		return q, false
	}
	if q.out, ok = r.out.shaped(); !ok {
		return q, false
	}
	q.rules = q.in.rules()
	q.rules.Shortest = uint64(max(MinPINLength, r.in.minPIN, r.out.minPIN))
	q.rules.Longest = uint64(min(MaxPINLength, r.in.maxPIN, r.out.maxPIN))
	if r.digits != 0 {
		q.rules.Digits, q.rules.Most = uint64(r.digits), MaxPANLength
	}
	return q, true
}

// recode is what a recoder's recode is, but that the place of a fault has anything.
func (q *quick) recode(dst, src []byte, pans []PAN, next words, first int, faults []Fault) []Fault {
	var accounts [2 * group]uint64
	defer clear(accounts[:])
	same := q.in == q.out && !q.out.draws() // then a good block is right as it is
	for i := 0; i < len(pans); i += group {
		n := min(group, len(pans)-i)
		from, a := src[q.in.size*i:][:q.in.size*n], accounts[:2*n]
		unveil(a, pans[i:][:n])
		faults = q.check(from, a, first+i, faults)
		if !same {
			q.rewrite(dst[q.out.size*i:][:q.out.size*n], from, a, next)
		}
	}
	return faults
}

// group is how many blocks are looked at before it is asked whether all are good.
const group = 64

// check looks for faults.
func (q *quick) check(src []byte, accounts []uint64, first int, faults []Fault) []Fault {
	if q.in.size == 8 {
		if short, bad := isofield.Look(&q.rules, src, accounts); short|bad == 0 {
			return faults
		}
	}
	for i := first; len(src) > 0; i++ {
		switch short, bad := isofield.Look(&q.rules, src[:8], accounts[:2]); {
		case short != 0:
			faults = append(faults, Fault{i, ErrPANLength})
		case bad != 0:
			faults = append(faults, Fault{i, ErrBlock})
		}
		src, accounts = src[q.in.size:], accounts[2:]
	}
	return faults
}

// rewrite makes good blocks into blocks of the other format.
func (q *quick) rewrite(dst, src []byte, accounts []uint64, next words) {
	for i := 1; len(dst) > 0; i += 2 {
		account := accounts[i] >> 4
		w := binary.BigEndian.Uint64(src) ^ account&q.in.account
		n := w >> 56 & 0xf
		fill := q.out.fixed
		if q.out.random != noFill {
			fill = q.out.random.draw(max(int(14-n), 0), next) >> ((8 + 4*n) & 63)
		}
		rest := uint64(fillF) >> ((8 + 4*n) & 63)
		w = w&^(0xf<<60|rest) | q.out.control<<56 | fill&rest
		binary.BigEndian.PutUint64(dst, w^account&q.out.account)
		if q.out.size == 16 {
			lo, _ := next()
			binary.BigEndian.PutUint64(dst[8:], lo)
		}
		src, dst = src[q.in.size:], dst[q.out.size:]
	}
}
