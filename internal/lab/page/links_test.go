package page_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/lab"
)

// fragment returns the end of a link to a panel with values.
func fragment(panel string, v lab.Values) string {
	q := url.Values{}
	for name, value := range v {
		q.Set(name, value)
	}
	return "#" + panel + "?" + q.Encode()
}

// TestLinks opens a link, and then pastes one to every other panel into the address:
// each panel is as it was.
func TestLinks(t *testing.T) {
	t.Parallel()
	panels := lab.Panels()
	last := panels[len(panels)-1]
	e := last.Examples[len(last.Examples)-1]
	p := openTab(t, fragment(last.Name, e.Values))
	p.requireShown(last, e.Values, "by a link: "+last.Name)
	for _, panel := range panels {
		e := panel.Examples[len(panel.Examples)-1]
		p.goTo(fragment(panel.Name, e.Values))
		p.requireShown(panel, e.Values, "by its address: "+panel.Name)
	}
}

// goTo changes the address of the open page.
func (p *tab) goTo(fragment string) {
	p.t.Helper()
	p.eval(`(async () => { location.hash = "`+fragment+`"; `+frames+` })()`, nil)
}

// TestStrangeLinks are those of other versions, and of nobody.
func TestStrangeLinks(t *testing.T) {
	t.Parallel()
	first, second := lab.Panels()[0], lab.Panels()[1]
	p := anyTab(t, "")
	for name, link := range map[string]string{
		"no such panel":    "#nothing?pin=1234",
		"half an escape":   "#%E0%A4?pin=%zz",
		"an unknown field": "#" + first.Name + "?no-such-field=1&pin=1234",
		"markup":           "#" + first.Name + "?pin=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E",
		"a prototype":      "#__proto__?__proto__=1&constructor=2&toString=3&pin=1234",
		"twice the same":   "#" + first.Name + "?pin=1234&pin=%00%E2%80%AE5678",
		"very long":        "#" + first.Name + "?pin=" + strings.Repeat("1234", 100_000),
	} {
		p.choose(second.Name)
		p.goTo(link)
		require.Equal(t, "tab-"+first.Name, p.text(`document.querySelector("[role=tab][aria-selected=true]").id`), name)
		require.NotEmpty(t, p.read().Fields, name)
		require.Equal(t, "0", p.text(`String(document.querySelectorAll("#panel img").length)`), name)
	}
}

// TestChoiceOfALink: a choice that a link leaves out is the first, which is shown then;
// one that does not exist is a problem beside its list, and no other is taken for it.
func TestChoiceOfALink(t *testing.T) {
	t.Parallel()
	p := anyTab(t, "")
	shown := func() string {
		return p.text(`(() => { const f = document.getElementById("field-format"); return [...f.selectedOptions].map((o) => o.textContent).join() + ": " + document.getElementById("field-format-problem").textContent; })()`)
	}
	for _, tc := range []struct{ format, want, answer string }{
		{"", "ISO-0 (Thales 01): ", "041215FEDCBA9876"},
		{"ISO-0", "ISO-0 (Thales 01): ", "041215FEDCBA9876"},
		{"%3Cb%3Eiso-99", "<b>iso-99: Choose one from the list.", ""},
		{"iso-0", "ISO-0 (Thales 01): ", "041215FEDCBA9876"},
	} {
		p.goTo("#encode?pin=1234&pan=5432101234567891&format=" + tc.format)
		require.Equal(t, tc.want, shown(), tc.format)
		require.Equal(t, tc.answer, p.text(`document.querySelector(".answer .value")?.textContent ?? ""`), tc.format)
	}
	p.goTo("#encode?pin=1234&pan=5432101234567891&format=iso-99")
	p.click("#reset")
	require.Equal(t, "ISO-0 (Thales 01): ", shown())
	require.Equal(t, "0", p.text(`String(document.querySelectorAll("[data-strange]").length)`), "what was in no list is gone")
}

// TestAddressHasNoValues: browsers keep addresses, and some send them to their
// makers. What is typed comes back all the same when the page is loaded again.
func TestAddressHasNoValues(t *testing.T) {
	t.Parallel()
	p := anyTab(t, "#encode?format=iso-0&pin=1234&pan=5432101234567891")
	p.typeInto("#field-pin", "56")
	require.Equal(t, p.url+"#encode", p.text("location.href"))
	before := p.read()
	p.do(chromedp.Reload())
	p.wait()
	require.Equal(t, before, p.read())
	require.Equal(t, "123456", p.text(`document.getElementById("field-pin").value`))
	require.Empty(t, p.text(`JSON.stringify([...Object.keys(localStorage), ...Object.keys(sessionStorage), document.cookie].filter(Boolean)).slice(1, -1)`))
}

// TestBack goes from panel to panel and back, and each is as it was left.
func TestBack(t *testing.T) {
	t.Parallel()
	p := anyTab(t, "#encode?format=iso-0&pin=1234&pan=5432101234567891")
	p.typeInto("#field-pin", "56")
	before := p.read()
	p.choose(lab.Panels()[1].Name)
	require.True(t, strings.HasSuffix(p.text("location.href"), "#"+lab.Panels()[1].Name))
	p.eval(`(async () => {
		const there = new Promise((done) => addEventListener("popstate", done, { once: true }));
		history.back();
		await there;
		`+frames+`
	})()`, nil)
	require.Equal(t, before, p.read())
}
