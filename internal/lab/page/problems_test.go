package page_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/lab"
)

// TestBadInput puts nonsense into one field after the other: what is wrong is said
// beside the field, tied to it for a screen reader, and gone when it is right again.
func TestBadInput(t *testing.T) {
	t.Parallel()
	p := anyTab(t, "")
	for _, panel := range lab.Panels() {
		p.choose(panel.Name)
		good := panel.Examples[0].Values
		marked := 0
		for _, f := range panel.Fields {
			if f.Kind == lab.Choose || f.Kind == lab.Tick {
				continue
			}
			v := lab.Values{}
			for name, value := range good {
				v[name] = value
			}
			v[f.Name] = "?!"
			p.fill(v)
			if got := p.requireShown(panel, v, panel.Name+": bad "+f.Name); got.Problems[f.Name] != "" {
				marked++
				p.requireBeside(f.Name, got.Problems[f.Name])
			}
		}
		require.Positive(t, marked, "%s says what is wrong beside a field", panel.Name)
		p.fill(good)
		require.Empty(t, p.read().Problems, panel.Name)
	}
}

// requireBeside holds that a problem is seen in the box of its field, under it.
func (p *tab) requireBeside(field, text string) {
	p.t.Helper()
	var beside bool
	p.eval(`(() => {
		const input = document.getElementById("field-`+field+`");
		const problem = document.getElementById("field-`+field+`-problem");
		const gap = problem.getBoundingClientRect().top - input.getBoundingClientRect().bottom;
		return problem.checkVisibility() && input.parentElement === problem.parentElement && gap >= 0 && gap < 60;
	})()`, &beside)
	require.True(p.t, beside, "%s: %s", field, text)
}

// TestProblemsAreSaid: the live region has them when typing pauses, and the answer
// when there is one.
func TestProblemsAreSaid(t *testing.T) {
	t.Parallel()
	p := anyTab(t, "#encode?format=iso-0&pin=12&pan=5432101234567891")
	p.poll(`/^1 problem: ./.test(document.getElementById("live").textContent)`)
	p.typeInto("#field-pin", "34")
	p.poll(`document.getElementById("live").textContent.includes("041215FEDCBA9876")`)
}
