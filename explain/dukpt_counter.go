package explain

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"strconv"

	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// counter shows the KSN bit by bit, and what the bits of the counter mean.
func (d *dukptWalk) counter() {
	if d.ksn.IsZero() {
		return
	}
	s := Step{
		Title: "Read it bit by bit",
		Why: "The last 21 bits count transactions. Each one bit there is a step down the tree of keys, from the left; " +
			"no transaction has more than 10, X9.24-1:2009 A.3.",
		Rows: ksnRows(d.ksn),
	}
	if d.ksn.IsAES() {
		s.Why = "The last 32 bits count transactions. Each one bit there is a step down the tree of keys, from the left; " +
			"terminals have at most 16, X9.24-3:2017 6.1, and a host bears with 17."
	}
	c := d.ksn.Counter()
	next := Fact{Name: "next KSN", Value: "none", Note: "the terminal needs a new initial key"}
	if n, err := d.ksn.Next(); err == nil {
		next = Fact{Name: "next KSN", Value: n.String(), Note: "of the terminal's next transaction"}
	}
	s.Facts = []Fact{
		{Name: "counter", Value: counterText(d.ksn, c), Kind: Counter, Note: fmt.Sprintf("%d in decimal", c)},
		oneBits(d.ksn),
		next,
	}
	d.add(s)
}

// oneBits is how many there are in the counter, and what that means.
func oneBits(ksn dukpt.KSN) Fact {
	f := Fact{Name: "one bits", Value: strconv.Itoa(bits.OnesCount32(ksn.Counter()))}
	switch err := ksn.Check(); {
	case errors.Is(err, dukpt.ErrCounterZero):
		f.Kind, f.Note = Wrong, "no transaction: this is the KSN of the initial key"
	case err != nil:
		f.Kind, f.Note = Wrong, "too many: terminals pass over this counter"
	default:
		f.Note = "as many steps from the initial key to the transaction key"
	}
	return f
}

// zeroBits is what zeros of a counter say.
const zeroBits = "transaction counter: a zero is no step"

// counterBits are the bits of a counter: each one bit a part, and the zeros between.
func counterBits(ksn dukpt.KSN) (parts []Part) {
	c, n := ksn.Counter(), counterLength(ksn)
	text := fmt.Sprintf("%0*b", n, c)
	if c == 0 {
		return []Part{{text, Wrong, "counter zero: no transaction"}}
	}
	zeros, step, tooMany := "", 0, false
	for i := range n {
		if text[i] == '0' {
			zeros += "0"
			continue
		}
		if zeros != "" {
			parts, zeros = append(parts, Part{zeros, Counter, zeroBits}), ""
		}
		step++
		at := c &^ (1<<(n-1-i) - 1) // the one bits so far
		one := Part{"1", Taken, fmt.Sprintf("step %d: counter %s", step, counterText(ksn, at))}
		switch ok := withCounter(ksn, at).Check() == nil; {
		case !ok && tooMany:
			one.Kind, one.Note = Wrong, ""
		case !ok:
			one.Kind, one.Note, tooMany = Wrong, fmt.Sprintf("one bit %d, and those after it: too many", step), true
		case step > 16:
			one.Note += "; terminals stop at 16"
		}
		parts = append(parts, one)
	}
	if zeros != "" {
		parts = append(parts, Part{zeros, Counter, zeroBits})
	}
	return parts
}

// counterLength is that of the scheme's counters in bits.
func counterLength(ksn dukpt.KSN) int {
	if ksn.IsAES() {
		return 32
	}
	return 21
}

// counterText is a counter in the digits that it takes up.
func counterText(ksn dukpt.KSN, c uint32) string {
	return fmt.Sprintf("%0*X", (counterLength(ksn)+3)/4, c)
}

// withCounter returns ksn with another counter; the zero KSN for that.
func withCounter(ksn dukpt.KSN, c uint32) dukpt.KSN {
	b := ksn.Bytes()
	if len(b) == 0 {
		return ksn
	}
	tail := b[len(b)-4:]
	binary.BigEndian.PutUint32(tail, binary.BigEndian.Uint32(tail)-ksn.Counter()+c)
	other, err := dukpt.NewKSN(b)
	if err != nil {
		return dukpt.KSN{} // not for a length that a KSN has
	}
	return other
}
