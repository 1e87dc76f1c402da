package page_test

import (
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/internal/lab"
)

// clipboard is held while something is copied: the browser has one for all tabs.
var clipboard sync.Mutex

// TestCopies presses every button that copies, on every panel, and pastes.
func TestCopies(t *testing.T) {
	t.Parallel()
	p := anyTab(t, "")
	for _, panel := range lab.Panels() {
		p.choose(panel.Name)
		e := panel.Examples[0]
		p.fill(e.Values)
		a := ask(t, panel.Name, e.Values)
		require.NotEmpty(t, a.Command, "%s has a command", panel.Name)
		p.requireCopy("Copy command that does the same", a.Command)
		if !slices.ContainsFunc(a.Explanation.Answer, func(f explain.Fact) bool { return f.Value == a.Result }) {
			p.requireCopy("Copy result in one piece", a.Result)
		}
		if a.Go != "" {
			p.requireCopy("Copy Go program that does the same", a.Go)
		}
		for _, f := range a.Explanation.Answer {
			if f.Value != "" {
				p.requireCopy("Copy: "+f.Name, f.Value)
			}
		}
		p.requireLink(panel, e.Values)
	}
}

// requireCopy presses a button by its label, and pastes what it copied.
func (p *tab) requireCopy(label, want string) {
	p.t.Helper()
	require.Equal(p.t, want, p.copied(label))
}

// requireLink copies a link. That it leads back is for the tests of links.
func (p *tab) requireLink(panel lab.Panel, v lab.Values) {
	p.t.Helper()
	link := p.copied("Copy link to this panel as it is filled in")
	at, err := url.Parse(link)
	require.NoError(p.t, err)
	name, query, _ := strings.Cut(at.EscapedFragment(), "?")
	values, err := url.ParseQuery(query)
	require.NoError(p.t, err)
	require.Equal(p.t, panel.Name, name)
	for name, value := range v {
		require.Equal(p.t, value, values.Get(name), "%s in a link to %s", name, panel.Name)
	}
}

// copied presses a button by its label, waits until it says that it has copied, and
// returns what is pasted then.
func (p *tab) copied(label string) (text string) {
	p.t.Helper()
	clipboard.Lock()
	defer clipboard.Unlock()
	p.pressUntil(`button[aria-label="`+label+`"]`, "Copied")
	p.eval(`(() => {
		const box = document.createElement("textarea");
		box.id = "paste";
		document.body.append(box);
		box.focus();
	})()`, nil)
	call(p, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: "keyDown", Key: "v", Code: "KeyV", Modifiers: 2, Commands: []string{"paste"}})
	p.eval(`(() => {
		const box = document.getElementById("paste");
		const text = box.value;
		box.remove();
		return text;
	})()`, &text)
	return text
}

// pressUntil presses a button and waits until it has said something. It says that for
// a moment only, which a busy machine may miss: so what it says is kept.
func (p *tab) pressUntil(selector, says string) {
	p.t.Helper()
	p.eval(`(() => {
		const button = document.querySelector('`+selector+`');
		globalThis.said = [];
		new MutationObserver(() => said.push(button.textContent)).observe(button, { childList: true });
	})()`, nil)
	p.do(chromedp.Click(chromedp.CSS(selector)))
	p.poll(`said.includes("` + says + `")`)
}

// TestCopyRefused is a browser that has no clipboard for the page.
func TestCopyRefused(t *testing.T) {
	t.Parallel()
	p := anyTab(t, "")
	p.eval(`Object.defineProperty(navigator, "clipboard", { value: undefined, configurable: true })`, nil)
	t.Cleanup(func() { p.eval(`delete navigator.clipboard`, nil) })
	p.pressUntil(`.copies button`, "Not allowed")
	p.poll(`document.getElementById("live").textContent.includes("select the text")`)
}
