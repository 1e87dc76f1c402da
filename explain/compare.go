package explain

import (
	"fmt"
	"strings"

	"github.com/pinion-hsm/pinion/pinverify"
)

// compared marks each digit as right or wrong. Both have as many.
func compared(got, want string) (parts []Part) {
	for i := range len(got) {
		p := part(got[i:i+1], Right, "")
		if got[i] != want[i] {
			p.Kind, p.Note = Wrong, fmt.Sprintf("not %c", want[i])
		}
		parts = append(parts, p)
	}
	return parts
}

// wrongReference is the step of a reference value that is none of the method.
func wrongReference(m pinverify.Method, text string) Step {
	name, want := "PVV", "4 decimal digits"
	if ibm, ok := m.(pinverify.IBM3624); ok {
		name, want = "offset", "4 to 16 decimal digits"
		if ibm.CheckLength != pinverify.WholePIN {
			want = fmt.Sprintf("%d decimal digits, as the check length says", ibm.CheckLength)
		}
	}
	shown := strings.ToValidUTF8(text, "?")
	return Step{
		Title: "Look at the reference value",
		Rows:  []Row{{Name: name, Unit: Text, Parts: []Part{part(shown, Wrong, "must be "+want)}}},
	}
}
