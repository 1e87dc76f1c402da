package page_test

import (
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
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
