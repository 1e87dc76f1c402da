package page_test

import (
	"os"
	"strings"
	"testing"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/lab"
)

// TestAccessibility has axe-core look at every panel, in both colour schemes, with an
// answer and with problems, and at one on a phone.
func TestAccessibility(t *testing.T) {
	t.Parallel()
	axe, err := os.ReadFile("testdata/axe.min.js")
	require.NoError(t, err)
	p := openTab(t, "", func(p *tab) { call(p, cdppage.SetBypassCSP, cdppage.SetBypassCSPParams{Enabled: true}) }) // axe is no part of the page
	p.eval(string(axe)+"; undefined", nil)
	for _, panel := range lab.Panels() {
		p.choose(panel.Name)
		p.fill(panel.Examples[len(panel.Examples)-1].Values)
		p.requireAccessible(panel.Name + ", an example")
		p.requireReadable(panel.Name + ", an example")
		p.fill(bad(panel))
		p.requireAccessible(panel.Name + ", bad input")
		p.requireReadable(panel.Name + ", bad input")
	}
	phone(p)
	p.settle()
	p.requireAccessible("on a phone")
}

// requireAccessible finds no violations of any rule of axe, those of best practice
// included.
func (p *tab) requireAccessible(what string) {
	p.t.Helper()
	colours("light")(p)
	p.requireNoViolations(what, "", 20)
}

// requireReadable finds no violations of the rules on colours in the dark. What the
// others look at is the same as in the light.
func (p *tab) requireReadable(what string) {
	p.t.Helper()
	colours("dark")(p)
	p.requireNoViolations(what+", dark", `, runOnly: ["cat.color"]`, 0)
}

// requireNoViolations runs axe with more options; more than so many rules must have
// passed.
func (p *tab) requireNoViolations(what, options string, passes int) {
	p.t.Helper()
	var found struct {
		Passes     int
		Violations []string
	}
	p.eval(`(async () => {
		const r = await axe.run(document, { resultTypes: ["violations"]`+options+` });
		return { passes: r.passes.length, violations: r.violations.map((v) => v.id + ": " + v.help + ": " + v.nodes.slice(0, 3).map((n) => n.html.slice(0, 200) + " " + n.failureSummary).join(" | ")) };
	})()`, &found)
	require.Greater(p.t, found.Passes, passes, "axe has looked at %s", what)
	require.Empty(p.t, found.Violations, strings.Join(append(found.Violations, what), "\n"))
}

// bad returns values that are wrong in every field that is typed into.
func bad(panel lab.Panel) lab.Values {
	v := lab.Values{}
	for name, value := range panel.Examples[0].Values {
		v[name] = value
	}
	for _, f := range panel.Fields {
		if f.Kind != lab.Choose && f.Kind != lab.Tick {
			v[f.Name] = "?!"
		}
	}
	return v
}
