package page_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/lab"
)

// TestNothingLeaves is the proof of what the page promises. The browser and the
// server write down every request, while every panel is filled in, typed into, copied
// from and linked to. There are the page's own files at
// the start, and nothing else, ever; nothing that was typed is in any of them, nor
// what is in a link.
func TestNothingLeaves(t *testing.T) {
	t.Parallel()
	p := openTab(t, "#encode?format=iso-0&pin=1234&pan=5432101234567891")
	p.requireOwnFiles()
	requests, served := p.traffic()
	for _, r := range served {
		require.NotContains(t, r, "1234")
		require.NotContains(t, r, "5432101234567891")
	}
	for _, panel := range lab.Panels() {
		p.choose(panel.Name)
		p.fill(panel.Examples[0].Values)
		p.fill(panel.Examples[len(panel.Examples)-1].Values)
		for _, f := range panel.Fields {
			if f.Kind != lab.Choose && f.Kind != lab.Tick {
				p.eval(`(async () => { const f = document.getElementById("field-`+f.Name+`"); f.value += "7"; f.dispatchEvent(new Event("input", { bubbles: true })); `+frames+` })()`, nil)
			}
		}
		p.copied("Copy link to this panel as it is filled in")
		p.click("#theme")
	}
	p.do(chromedp.Sleep(time.Second)) // for what a page would send later
	after, servedAfter := p.traffic()
	require.Equal(t, requests, after, "requests after the page was there")
	require.Equal(t, served, servedAfter, "requests that the server saw after the page was there")
	p.requireDoorIsShut()
}

// requireOwnFiles holds what was asked for to the page's own files, all of them. Only
// the browser itself knows what is after the #.
func (p *tab) requireOwnFiles() {
	p.t.Helper()
	own := []string{"GET /"}
	for name := range folder(p.t) {
		if name != "index.html" {
			own = append(own, "GET /"+name)
		}
	}
	slices.Sort(own)
	requests, served := p.traffic()
	require.Equal(p.t, own, slices.Compact(slices.Sorted(slices.Values(served))), "the server")
	for _, r := range requests {
		r, _, _ = strings.Cut(r, "#")
		require.Contains(p.t, own, strings.Replace(r, p.url, "/", 1), "the browser")
	}
}

// requireDoorIsShut tries, in the page, every way out that a script has: once the
// library is there the browser refuses all of them.
func (p *tab) requireDoorIsShut() {
	p.t.Helper()
	t := p.t
	var refused []string
	_, served := p.traffic()
	p.eval(`(async () => {
		const refused = [];
		const keep = async (name, f) => { try { await f(); } catch { refused.push(name); } };
		await keep("fetch", () => fetch("/?typed"));
		await keep("XMLHttpRequest", () => { const x = new XMLHttpRequest(); x.open("GET", "/?typed", false); x.send(); });
		await keep("WebSocket", () => new Promise((yes, no) => { const s = new WebSocket(location.origin.replace("http", "ws")); s.onopen = yes; s.onerror = no; }));
		await keep("EventSource", () => new Promise((yes, no) => { const s = new EventSource("/?typed"); s.onopen = yes; s.onerror = no; }));
		await keep("import", () => import("/app.js?typed"));
		await keep("worker", () => new Promise((yes, no) => { const w = new Worker("/app.js?typed"); w.onmessage = yes; w.onerror = no; }));
		await keep("frame", () => new Promise((yes, no) => { const f = document.createElement("iframe"); addEventListener("securitypolicyviolation", no, { once: true }); f.src = "/?typed"; document.body.append(f); }));
		navigator.sendBeacon("/?typed", "typed");
		return refused;
	})()`, &refused)
	require.ElementsMatch(t, []string{"fetch", "XMLHttpRequest", "WebSocket", "EventSource", "import", "worker", "frame"}, refused)
	p.do(chromedp.Sleep(300 * time.Millisecond))
	_, servedAfter := p.traffic()
	require.Equal(t, served, servedAfter, "nothing reaches the server")
	require.NotEmpty(t, p.wrongs(), "the browser says that it refused")
	p.mu.Lock()
	p.wrong = nil
	p.mu.Unlock()
}
