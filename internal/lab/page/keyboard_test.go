package page_test

import (
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/lab"
)

// topOf returns a tab at a fragment, where Tab leads to the first that there is.
func topOf(t *testing.T, fragment string) *tab {
	t.Helper()
	p := anyTab(t, fragment)
	p.eval(`(() => {
		const e = document.createElement("button");
		document.body.prepend(e);
		e.focus();
		e.remove(); // the next Tab goes on from where it was
	})()`, nil)
	return p
}

// TestKeyboard walks through the page with keys alone.
func TestKeyboard(t *testing.T) {
	t.Parallel()
	p := topOf(t, "#encode?format=iso-0&pin=1234&pan=5432101234567891")
	panels := lab.Panels()

	p.press(kb.Tab)
	require.Equal(t, "skip", p.focus())
	p.press(kb.Enter)
	require.Equal(t, "panel", p.focus())
	require.Equal(t, "#encode?format=iso-0&pin=1234&pan=5432101234567891", p.text("location.hash"))
	p.press(kb.Tab)
	require.Equal(t, "examples", p.focus())

	p.eval(`document.querySelector(".skip").focus()`, nil)
	p.press(kb.Tab)
	require.Equal(t, "theme", p.focus())
	p.press(kb.Tab)
	require.Equal(t, "tab-encode", p.focus())
	for _, step := range []struct{ key, to string }{
		{kb.ArrowRight, panels[1].Name}, {kb.ArrowLeft, panels[0].Name}, {kb.ArrowLeft, panels[len(panels)-1].Name},
		{kb.Home, panels[0].Name}, {kb.End, panels[len(panels)-1].Name}, {kb.ArrowRight, "encode"},
	} {
		p.press(step.key)
		require.Equal(t, "tab-"+step.to, p.focus())
		require.Equal(t, "tab-"+step.to, p.text(`document.getElementById("panel").getAttribute("aria-labelledby")`))
	}

	p.press(kb.Tab)
	require.Equal(t, "examples", p.focus())
}

// TestEveryControlHasItsTurn goes round the page with Tab: every field, button and grid
// is reached once, in the order of the page, and has a visible focus.
func TestEveryControlHasItsTurn(t *testing.T) {
	t.Parallel()
	p := topOf(t, "#encode?format=iso-4&pin=1234&pan=5432101234567891&fill=0123456789ABCDEF&key=00112233445566778899AABBCCDDEEFF")
	const visible = `[...document.querySelectorAll("a[href], button, input, select, textarea, summary, pre, [tabindex='0']")]
		.filter((e) => e.tabIndex >= 0 && e.checkVisibility())`
	var count int
	p.eval(visible+`.length`, &count)
	require.Greater(t, count, 15)
	for i := range count {
		p.press(kb.Tab)
		var at struct {
			Index   int
			Outline bool
		}
		p.eval(`(() => { const e = document.activeElement; return {
			index: `+visible+`.indexOf(e), outline: e.matches(":focus-visible") && getComputedStyle(e).outlineStyle !== "none" }; })()`, &at)
		require.Equal(t, i, at.Index, p.focus())
		require.True(t, at.Outline, "%s shows its focus", p.focus())
	}
}

// TestArrowsInDigits walks from part to part: what each is, is said.
func TestArrowsInDigits(t *testing.T) {
	t.Parallel()
	p := topOf(t, "#encode?format=iso-0&pin=1234&pan=5432101234567891")
	p.eval(`document.querySelector(".rows [tabindex='0']").focus()`, nil)
	first := p.text(`document.activeElement.getAttribute("aria-label")`)
	require.Contains(t, first, "control")
	p.press(kb.ArrowRight)
	require.Contains(t, p.text(`document.activeElement.getAttribute("aria-label")`), "length")
	require.Contains(t, p.text(`document.querySelector(".note:not([hidden])").textContent`), "length")
	p.press(kb.Escape)
	require.Equal(t, "0", p.text(`String(document.querySelectorAll(".note:not([hidden])").length)`))
	p.press(kb.End)
	end := p.text(`document.activeElement.getAttribute("aria-label")`)
	require.NotEqual(t, first, end)
	p.press(kb.Home)
	require.Equal(t, first, p.text(`document.activeElement.getAttribute("aria-label")`))
	p.eval(`globalThis.grid = document.activeElement.closest(".rows")`, nil)
	p.press(kb.Tab)
	require.Equal(t, "false", p.text(`String(grid.contains(document.activeElement))`), "the digits of a step are one stop of Tab")
}
