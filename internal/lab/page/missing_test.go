package page_test

import (
	"maps"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// TestLibraryMissing: a page whose library does not come says so, and what to do, as do
// screen readers.
func TestLibraryMissing(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		file    string
		content []byte
		says    string
	}{
		"no program":        {"pinion.wasm.gz", nil, "404"},
		"half a program":    {"pinion.wasm.gz", folder(t)["pinion.wasm.gz"][:5000], "did not load"},
		"no program at all": {"pinion.wasm.gz", []byte("<html>"), "did not load"},
		"no toolchain":      {"wasm_exec.js", nil, "wasm_exec.js"},
	} {
		f := maps.Clone(folder(t))
		f[tc.file] = tc.content
		if tc.content == nil {
			delete(f, tc.file)
		}
		p := newTab(t, t.Cleanup, f)
		p.enter("#encode?pin=1234")
		p.do(chromedp.WaitReady(chromedp.CSS("#panel .stopped[role=alert]")))
		said := p.text(`document.getElementById("panel").textContent`)
		require.Contains(t, said, "The library did not load", name)
		require.Contains(t, said, tc.says, name)
		require.Contains(t, said, "its files beside it", name)
		require.NotContains(t, said, "Loading", name)
	}
}

// TestWithoutScripts: a browser that runs none shows what the page needs, and does not
// claim to load it.
func TestWithoutScripts(t *testing.T) {
	t.Parallel()
	p := newTab(t, t.Cleanup, folder(t))
	p.enter("", func(p *tab) {
		call(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	})
	p.do(chromedp.WaitVisible(chromedp.CSS("noscript .stopped")), chromedp.WaitNotVisible(chromedp.CSS(".loading")))
}
