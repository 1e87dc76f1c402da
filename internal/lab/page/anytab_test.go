package page_test

import (
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
)

// opened are tabs that tests take in turns: to load the library into a new one costs
// more than what most tests do with it. Nil is one that is to be opened.
var opened = func() chan *tab {
	c := make(chan *tab, 2)
	c <- nil
	c <- nil
	return c
}()

// anyTab returns a tab for what does not care about what was done in it before, at a
// fragment. Windows of another size end with the test.
func anyTab(t testing.TB, fragment string, first ...func(*tab)) *tab {
	t.Helper()
	p := <-opened
	t.Cleanup(func() {
		if t.Failed() {
			p = nil // whatever state it is in
		}
		opened <- p
	})
	if p == nil {
		p = openTabUntil(t, whenAllEnd, "")
	}
	p.use(t)
	p.noErrorsAtEnd()
	if len(first) > 0 {
		t.Cleanup(func() { call(p, emulation.ClearDeviceMetricsOverride, cdp.Empty{}) })
	}
	for _, f := range first {
		f(p)
	}
	if fragment != "" {
		p.goTo(fragment)
	}
	return p
}
