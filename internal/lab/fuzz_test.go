package lab_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/lab"
)

// FuzzAsk types anything into two fields of an example. Whatever it is, there is an
// answer or a problem and never both, nothing wrong is out of sight, and no problem
// quotes what may be a key.
func FuzzAsk(f *testing.F) {
	for i, p := range lab.Panels() {
		for j := range p.Examples {
			f.Add(byte(i), byte(j), byte(0), "iso-4", byte(1), "0123456789ABCDEF")
			f.Add(byte(i), byte(j), byte(j), "nonsense", byte(i), "0123\n4567")
		}
	}
	f.Add(byte(5), byte(0), byte(0), "D0112P0AE00E0100LB0AxyzÄ\x00", byte(1), "")
	panels := lab.Panels()
	f.Fuzz(func(t *testing.T, panel, example, field byte, value string, otherField byte, otherValue string) {
		p := panels[int(panel)%len(panels)]
		v := p.Examples[int(example)%len(p.Examples)].Values
		v = with(v, p.Fields[int(field)%len(p.Fields)].Name, value)
		v = with(v, p.Fields[int(otherField)%len(p.Fields)].Name, otherValue)
		a, err := lab.Ask(t.Context(), p.Name, v)
		require.NoError(t, err)
		checkAnswer(t, p.Name, a)
		for _, what := range a.Problems {
			for _, typed := range []string{value, otherValue} {
				if len(typed) > 15 {
					require.False(t, strings.Contains(what, typed), "quoted: %s", what)
				}
			}
		}
		require.False(t, strings.ContainsAny(a.Command, "\r\n"), a.Command)
	})
}
