package page_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/lab"
)

// TestExamples draws every example of every panel, and reads from the page what the
// library says of it here: each row with its parts, fact, node, note and problem.
func TestExamples(t *testing.T) {
	t.Parallel()
	p := anyTab(t, "")
	panels := lab.Panels()
	require.NotEmpty(t, panels)
	for _, panel := range panels {
		p.choose(panel.Name)
		require.NotEmpty(t, panel.Examples, panel.Name)
		for _, e := range panel.Examples {
			p.fill(e.Values)
			p.requireShown(panel, e.Values, panel.Name+": "+e.Name)
		}
	}
}

// requireShown holds what is on the page to the library's answer.
func (p *tab) requireShown(panel lab.Panel, v lab.Values, what string) shown {
	p.t.Helper()
	want, got := wanted(panel, ask(p.t, panel.Name, v)), p.read()
	require.ElementsMatch(p.t, want.Fields, got.Fields, what)
	require.Equal(p.t, want.Problems, got.Problems, what)
	require.ElementsMatch(p.t, want.Whole, got.Whole, what)
	got.Fields, got.Whole = want.Fields, want.Whole
	require.Equal(p.t, want, got, what)
	return got
}

// TestFirstExample is what an empty panel begins with, and reset goes back to.
func TestFirstExample(t *testing.T) {
	t.Parallel()
	p := openTab(t, "")
	panel := lab.Panels()[0]
	first := p.requireShown(panel, panel.Examples[0].Values, "at the start")
	require.NotEmpty(t, first.Answer)
	p.fill(lab.Values{})
	require.NotEqual(t, first, p.read())
	p.click("#reset")
	require.Equal(t, first, p.read())
	p.eval(`(async () => {
		const list = document.getElementById("examples");
		list.value = "1";
		list.dispatchEvent(new Event("change"));
		`+frames+`
	})()`, nil)
	p.requireShown(panel, panel.Examples[1].Values, "from the menu")
}

// TestTypingRecomputes types as a person does, key by key.
func TestTypingRecomputes(t *testing.T) {
	t.Parallel()
	p := anyTab(t, "#encode?format=iso-0&pin=123&pan=5432101234567891")
	require.Contains(t, p.read().Problems, "pin")
	p.typeInto("#field-pin", "4")
	got := p.read()
	require.Empty(t, got.Problems)
	require.Contains(t, got.values(), "041215FEDCBA9876") // moov-iso0-1
}
