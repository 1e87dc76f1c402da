package explain

import (
	"fmt"
	"strings"

	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// ksnRows are the bits of a KSN. A row is named after its digits and has 32 bits at
// most, and the whole counter is in the last.
func ksnRows(ksn dukpt.KSN) (rows []Row) {
	text, parts := ksn.String(), ksnBits(ksn)
	for from := 0; from < len(text); {
		to := from + 8
		if !ksn.IsAES() && from == 8 {
			to = 14 // the counter begins in the digit behind it
		}
		to = min(to, len(text))
		rows = append(rows, Row{Name: "digits " + text[from:to], Unit: Bits, Parts: span(parts, 4*from, 4*to)})
		from = to
	}
	return rows
}

// ksnBits divides the bits of a KSN as the owner of the BDK usually does.
func ksnBits(ksn dukpt.KSN) []Part {
	text := ksn.String()
	if ksn.IsAES() {
		return append([]Part{
			{hexBits(text[:8]), ID, "BDK ID"},
			{hexBits(text[8:16]), Device, "derivation ID: which device"},
		}, counterBits(ksn)...)
	}
	fill := tdesFill(text)
	parts := cutParts(
		Part{hexBits(text[:fill]), Fill, "fill"},
		Part{hexBits(text[fill:10]), ID, "key set ID"},
		Part{hexBits(text[10:15])[:19], Device, "device ID, 19 bits"},
	)
	return append(parts, counterBits(ksn)...)
}

// hexBits returns hex digits as bits.
func hexBits(digits string) string {
	var b strings.Builder
	for _, d := range digits {
		fmt.Fprintf(&b, "%04b", strings.IndexRune("0123456789ABCDEF", d))
	}
	return b.String()
}
