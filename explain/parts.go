package explain

import "strconv"

func part(text string, kind Kind, note string) Part { return Part{Text: text, Kind: kind, Note: note} }

// cutParts drops the parts that have no characters.
func cutParts(all ...Part) (parts []Part) {
	for _, p := range all {
		if p.Text != "" {
			parts = append(parts, p)
		}
	}
	return parts
}

// withoutNotes returns parts that were explained in the step before.
func withoutNotes(parts []Part) []Part {
	out := make([]Part, len(parts))
	for i, p := range parts {
		out[i] = Part{Text: p.Text, Kind: p.Kind}
	}
	return out
}

// count is a number and what is counted: "no digits", "1 digit", "4 digits".
func count(n int, what string) string {
	switch n {
	case 0:
		return "no " + what + "s"
	case 1:
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// addDigits adds digit by digit, each modulo 10. Both have as many.
func addDigits(a, b string) string {
	sum := make([]byte, len(a))
	for i := range sum {
		sum[i] = '0' + (a[i]-'0'+b[i]-'0')%10
	}
	return string(sum)
}

// subtractDigits subtracts b from a digit by digit, each modulo 10.
func subtractDigits(a, b string) string {
	diff := make([]byte, len(a))
	for i := range diff {
		diff[i] = '0' + (10+a[i]-b[i])%10
	}
	return string(diff)
}
