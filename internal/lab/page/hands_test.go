package page_test

import (
	"encoding/json"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/lab"
)

// click clicks with the mouse, and waits until what follows is drawn.
func (p *tab) click(selector string) {
	p.t.Helper()
	p.do(chromedp.Click(chromedp.CSS(selector)))
	p.settle()
}

// typeInto clicks on a field, goes to its end and types.
func (p *tab) typeInto(selector, text string) {
	p.t.Helper()
	p.do(chromedp.Click(chromedp.CSS(selector)))
	p.press(kb.End + text)
}

// press presses keys, wherever the focus is.
func (p *tab) press(keys string) {
	p.t.Helper()
	p.do(chromedp.KeyEvent(keys))
	p.settle()
}

// settle waits until what was done is answered and drawn.
func (p *tab) settle() {
	p.t.Helper()
	p.eval(`(async () => { `+frames+` })()`, nil)
}

// focus returns what has the focus: its id, or its class, or its name.
func (p *tab) focus() string {
	p.t.Helper()
	return p.text(`(() => { const e = document.activeElement; return e.id || e.className || e.tagName; })()`)
}

// poll waits until an expression is true.
func (p *tab) poll(expression string) {
	p.t.Helper()
	_, err := chromedp.Run(p.ctx, chromedp.Poll[bool](expression))
	require.NoError(p.t, err, expression)
}

// frames is JavaScript that waits until what was typed is answered and drawn.
const frames = `await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));`

// fill puts values into the fields of the panel, and empties the others.
func (p *tab) fill(values lab.Values) {
	p.t.Helper()
	text, err := json.Marshal(values)
	require.NoError(p.t, err)
	p.eval(`(async () => {
		const values = `+string(text)+`;
		for (const field of document.querySelectorAll("form.fields [name]")) {
			const value = values[field.name] ?? "";
			if (field.type === "checkbox") field.checked = value !== "";
			else if (field.tagName === "SELECT" && value === "") field.selectedIndex = 0;
			else field.value = value;
			field.dispatchEvent(new Event("input", { bubbles: true }));
		}
		`+frames+`
	})()`, nil)
}

// choose goes to a panel by a click on its tab.
func (p *tab) choose(panel string) {
	p.t.Helper()
	p.do(chromedp.Click(chromedp.CSS("#tab-" + panel)))
	require.Equal(p.t, "tab-"+panel, p.text(`document.getElementById("panel").getAttribute("aria-labelledby")`))
}
