package explain

import (
	"fmt"
	"strings"
)

// nibble is a nibble of a clear block.
type nibble struct {
	value byte   // 0 to 15
	kind  Kind   // what it is
	what  string // the same in a few words: "PIN length 4"
	wrong string // what had to be there, if something else is
	zero  bool   // always zero: an exclusive or with it changes nothing
}

// nibbles returns the nibbles of b, about which nothing is known yet.
func nibbles(b []byte) []nibble {
	ns := make([]nibble, 2*len(b))
	for i, v := range b {
		ns[2*i].value, ns[2*i+1].value = v>>4, v&0xf
	}
	return ns
}

// nibbleText returns the hex digits of nibbles.
func nibbleText(ns []nibble) string {
	var b strings.Builder
	for _, n := range ns {
		fmt.Fprintf(&b, "%X", n.value)
	}
	return b.String()
}

// nibbleParts joins neighbours that are the same, and says what they are.
func nibbleParts(ns []nibble) (parts []Part) {
	for from := 0; from < len(ns); {
		to := from + 1
		for to < len(ns) && ns[to].like(ns[from]) {
			to++
		}
		n := ns[from]
		p := part(nibbleText(ns[from:to]), n.kind, n.what)
		if n.wrong != "" {
			p.Kind, p.Note = Wrong, n.wrong
		}
		parts, from = append(parts, p), to
	}
	return parts
}

func (n nibble) like(o nibble) bool {
	return n.kind == o.kind && n.what == o.what && n.wrong == o.wrong
}

// combined is the exclusive or of two rows of nibbles. What a zero stands on stays what
// it is; everything else is mixed.
func combined(a, b []nibble) []nibble {
	out := make([]nibble, len(a))
	for i, n := range a {
		m := b[i]
		switch {
		case m.zero:
		case n.zero:
			n, m = m, n
		default:
			n.kind, n.what, n.wrong = Mixed, n.what+" xor "+m.what, ""
		}
		n.value ^= m.value
		out[i] = n
	}
	return out
}
