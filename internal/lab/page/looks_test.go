package page_test

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/lab"
)

// phone is the width of the smallest, or of a window at 400 %.
func phone(p *tab) {
	call(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 320, Height: 740, DeviceScaleFactor: 1.5, Mobile: true})
}

// colours has the system prefer dark or light, and no transitions between them.
func colours(scheme string) func(*tab) {
	return func(p *tab) {
		call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
		}})
	}
}

// TestPhone draws panels 320 pixels wide, with answers and with problems: the page does
// not go sideways.
func TestPhone(t *testing.T) {
	t.Parallel()
	p := anyTab(t, "", phone)
	for _, panel := range lab.Panels() {
		p.choose(panel.Name)
		for _, e := range []lab.Example{panel.Examples[0], panel.Examples[len(panel.Examples)-1]} {
			p.fill(e.Values)
			p.requireShown(panel, e.Values, "on a phone: "+e.Name)
			p.requireNarrow(panel.Name + ", " + e.Name)
		}
		p.fill(bad(panel))
		p.requireNarrow(panel.Name + ", bad input")
	}
}

// requireNarrow holds that nothing is wider than the window.
func (p *tab) requireNarrow(what string) {
	p.t.Helper()
	var wide []string
	p.eval(`[...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll, pre, .tree, .unseen"))
		.map((e) => e.className || e.tagName)`, &wide)
	require.Empty(p.t, wide, "%s: too wide for a phone", what)
	var sideways bool
	p.eval(`document.scrollingElement.scrollWidth > innerWidth`, &sideways)
	require.False(p.t, sideways, "%s: the page goes sideways", what)
}

// paper is the colour of the page.
const paper = `getComputedStyle(document.body).backgroundColor`

// TestDarkAndLight: as the system has it, until the switch is used, and that is kept.
func TestDarkAndLight(t *testing.T) {
	t.Parallel()
	p := openTab(t, "", colours("light"))
	light := p.text(paper)
	colours("dark")(p)
	p.settle()
	dark := p.text(paper)
	require.NotEqual(t, light, dark)
	require.Equal(t, "Light colours", p.text(`document.getElementById("theme").textContent`))
	p.click("#theme")
	require.Equal(t, light, p.text(paper))
	require.Equal(t, "Dark colours", p.text(`document.getElementById("theme").textContent`))
	p.do(chromedp.Reload())
	p.wait()
	require.Equal(t, light, p.text(paper), "the switch is kept")
}

// TestFirstPaint: what the page is and what it promises is there without the
// library, and what is missing is said.
func TestFirstPaint(t *testing.T) {
	t.Parallel()
	shell := string(folder(t)["index.html"])
	require.Contains(t, shell, "Nothing that you type leaves this browser.")
	require.Contains(t, shell, "For test data")
	require.Contains(t, shell, "<noscript>")
	shell = strings.Replace(shell, "xmlns='http://www.w3.org/2000/svg'", "", 1) // a name, in the icon
	for _, not := range []string{"<style", " style=", " onclick", "http:", "https:", "//"} {
		require.NotContains(t, shell, not)
	}
}
