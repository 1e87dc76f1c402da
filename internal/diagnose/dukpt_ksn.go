package diagnose

import (
	"fmt"
	"strings"

	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// ksnReading is one way of reading the digits that were given as a KSN.
type ksnReading struct {
	step
	ksn dukpt.KSN
}

// ksnReadings returns the KSN as given, and as it would be with one of the
// mistakes that are made with serial numbers: on either side, so that it is
// undone, or done, alike.
func ksnReadings(digits string) (out []ksnReading) {
	digits = strings.ToUpper(digits)
	add := func(text string, bits float64, what, fix string) {
		if ksn, err := dukpt.ParseKSN(text); err == nil {
			out = append(out, ksnReading{step{what, fix, bits}, ksn})
		}
	}
	add(digits, 0, "", "")
	if given, err := dukpt.ParseKSN(digits); err == nil {
		out = append(out, counters(given)...)
		digits = given.String()
	}
	n := len(digits)
	const order = "The two sides have the KSN in another order of bytes: it is read from the left, and the counter is at its right end."
	add(turned(digits), 6, "and the KSN with its bytes in reverse order", order)
	add(swappedDigits(digits), 8, "and the KSN with the two digits of each byte swapped", order)
	for _, size := range []int{4, 6, 8} { // bytes of the counter, with bits of the ID in the first of three
		if size < n {
			add(digits[:n-size]+turned(digits[n-size:]), 6, "and the KSN with its counter in reverse order of bytes", order)
		}
	}
	if n == 24 {
		add(digits[16:]+digits[:16], 7, "and the KSN with its counter moved to the front", order)
		add(digits[8:]+digits[:8], 7, "and the KSN with its counter moved from the front to the end", order)
	}
	const shift = "The KSN was moved by a digit on the way: it has 20 digits for TDES and 24 for AES, and a short one is filled with F on its left."
	for _, fill := range []string{"F", "0"} {
		if n > 1 {
			add(fill+digits[:n-1], 6, "and the KSN moved to the right by a digit, with "+fill+" in front", shift)
			add(digits[1:]+fill, 6, "and the KSN moved to the left by a digit, with "+fill+" behind", shift)
		}
	}
	return append(out, paddings(digits)...)
}

// counters returns the transactions before and after.
func counters(ksn dukpt.KSN) (out []ksnReading) {
	text := ksn.String()
	for _, d := range []struct {
		by   int64
		bits float64
	}{{1, 3}, {-1, 3}, {2, 4}, {-2, 4}} {
		counter := int64(ksn.Counter()) + d.by
		if counter <= 0 {
			continue
		}
		other, err := dukpt.ParseKSN(text[:len(text)-8] + fmt.Sprintf("%08X", int64(tail(ksn))+d.by))
		if err != nil || int64(other.Counter()) != counter {
			continue // over the edge of the counter
		}
		words := map[int64]string{1: "one higher", -1: "one lower", 2: "two higher", -2: "two lower"}[d.by]
		out = append(out, ksnReading{step{
			what: "and the counter of the KSN " + words,
			fix: "The KSN that came with the block is that of another transaction, " + other.String() +
				" is this one's: see which side counts first and sends later.",
			bits: d.bits,
		}, other})
	}
	return out
}

// tail returns the last 32 bits of a KSN, in which the counter is.
func tail(ksn dukpt.KSN) uint32 {
	b := ksn.Bytes()[len(ksn.Bytes())-4:]
	return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
}

// paddings returns the KSN filled up in other ways.
func paddings(digits string) (out []ksnReading) {
	add := func(text, what string) {
		if ksn, err := dukpt.ParseKSN(text); err == nil {
			out = append(out, ksnReading{step{
				what: "and the KSN " + what,
				fix:  "The two sides fill a short KSN up in another way: it takes F on its left, up to 20 digits (X9.24-1).",
				bits: 5,
			}, ksn})
		}
	}
	for _, core := range []string{
		strings.TrimLeft(digits, "F"), strings.TrimLeft(digits, "0"),
		strings.TrimRight(digits, "F"), strings.TrimRight(digits, "0"), digits,
	} {
		for _, total := range []int{20, 16} {
			missing := total - len(core)
			if missing <= 0 || core == "" {
				continue
			}
			add(strings.Repeat("0", missing)+core, fmt.Sprintf("filled with 0 on its left, to %d digits", total))
			add(strings.Repeat("F", missing)+core, fmt.Sprintf("filled with F on its left, to %d digits", total))
			add(core+strings.Repeat("0", missing), fmt.Sprintf("filled with 0 on its right, to %d digits", total))
			add(core+strings.Repeat("F", missing), fmt.Sprintf("filled with F on its right, to %d digits", total))
		}
	}
	if len(digits) == 24 {
		add(digits[4:], "without its first 4 digits, as one of TDES DUKPT")
		add(digits[:20], "without its last 4 digits, as one of TDES DUKPT")
	}
	return out
}

// turned returns hex digits with the bytes in reverse order.
func turned(digits string) string {
	var b strings.Builder
	for i := len(digits) - 2; i >= 0; i -= 2 {
		b.WriteString(digits[i : i+2])
	}
	return b.String()
}

// swappedDigits returns hex digits with the two of each byte swapped.
func swappedDigits(digits string) string {
	var b strings.Builder
	for i := 0; i+1 < len(digits); i += 2 {
		b.WriteByte(digits[i+1])
		b.WriteByte(digits[i])
	}
	return b.String()
}
