package page_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/lab/page"
)

// tab is the page in a tab of a profile of its own, and all that leaves it.
type tab struct {
	t    testing.TB
	life context.Context // of the tab
	ctx  context.Context // of what this test does with it
	url  string

	mu       sync.Mutex
	requests []string // what the browser says it asked for, of every kind
	served   []string // what came to the server: method, address, length of the body
	wrong    []string // errors, warnings, violations of the policy
}

// openTab opens the page, at a fragment, as a person does: first actions, then the
// page. It waits until the library is there. At the test's end the tab must have had
// no errors.
func openTab(t testing.TB, fragment string, first ...func(*tab)) *tab {
	t.Helper()
	p := openTabUntil(t, t.Cleanup, fragment, first...)
	p.noErrorsAtEnd()
	return p
}

// openTabUntil is openTab with another end: later is called with what closes the tab.
func openTabUntil(t testing.TB, later func(func()), fragment string, first ...func(*tab)) *tab {
	t.Helper()
	p := newTab(t, later, folder(t))
	p.open(fragment, first...)
	return p
}

// newTab returns an empty tab, and a server of a page for it.
func newTab(t testing.TB, later func(func()), page page.Folder) *tab {
	t.Helper()
	p := &tab{t: t}
	handler := page.Handler()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.note(&p.served, r.Method+" "+r.URL.String())
		if r.ContentLength != 0 {
			p.note(&p.served, "a body")
		}
		handler.ServeHTTP(w, r)
	}))
	later(server.Close)
	p.url = server.URL + "/"
	browser, err := chromium()
	require.NoError(t, err)
	ctx, end := chromedp.NewContext(browser, chromedp.WithNewBrowserContext(), chromedp.WithListener(p.listen))
	later(end)
	require.NoError(t, chromedp.Do(ctx))
	p.life = ctx
	return p
}

// noErrorsAtEnd fails the test if the page has had errors when it ends.
func (p *tab) noErrorsAtEnd() {
	t := p.t
	t.Cleanup(func() {
		if !t.Failed() {
			require.Empty(t, p.wrongs(), "errors of the page")
		}
	})
}

// use has the tab belong to a test, for two minutes at most.
func (p *tab) use(t testing.TB) {
	var late context.CancelFunc
	p.t = t
	p.ctx, late = context.WithTimeout(p.life, 2*time.Minute)
	t.Cleanup(late)
}

// open goes to the page, and waits until the library is there.
func (p *tab) open(fragment string, first ...func(*tab)) {
	p.t.Helper()
	p.enter(fragment, first...)
	p.wait()
}

func (p *tab) enter(fragment string, first ...func(*tab)) {
	p.t.Helper()
	p.use(p.t)
	call(p, network.Enable, network.EnableParams{})
	call(p, cdplog.Enable, cdp.Empty{})
	call(p, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	for _, f := range first {
		f(p)
	}
	p.do(chromedp.Navigate(p.url + fragment))
}

// listen writes down what the tab does.
func (p *tab) listen(event any) {
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, "data:") { // the icon, which is in the page
			p.note(&p.requests, e.Request.Method+" "+e.Request.URL+e.Request.URLFragment)
		}
	case *network.EventWebSocketCreated:
		p.note(&p.requests, "WebSocket "+e.URL)
	case *network.EventWebTransportCreated:
		p.note(&p.requests, "WebTransport "+e.URL)
	case *network.EventDirectTCPSocketCreated:
		p.note(&p.requests, "TCP")
	case *runtime.EventExceptionThrown:
		p.note(&p.wrong, e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		p.note(&p.wrong, "console."+string(e.Type))
	case *cdplog.EventEntryAdded:
		p.note(&p.wrong, e.Entry.Text)
	}
}

func (p *tab) note(list *[]string, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	*list = append(*list, text)
}

func (p *tab) wrongs() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.wrong
}

// traffic returns how much has been asked for and served so far, and all of it.
func (p *tab) traffic() (requests, served []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.requests, p.served
}

func (p *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	require.NoError(p.t, chromedp.Do(p.ctx, actions...))
}

// call gives the browser a command of its protocol.
func call[P, R any](p *tab, command cdp.Command[P, R], params P) {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, command, params)
	require.NoError(p.t, err)
}

// wait waits until the library is there.
func (p *tab) wait() {
	p.t.Helper()
	p.do(chromedp.WaitReady(chromedp.CSS(`html[data-ready="yes"]`)))
}

// eval returns what an expression is, or what its promise comes to.
func (p *tab) eval(expression string, result any) {
	p.t.Helper()
	text, err := chromedp.Run(p.ctx, chromedp.Evaluate[[]byte](expression, chromedp.EvalAwaitPromise))
	require.NoError(p.t, err)
	if result != nil {
		require.NoError(p.t, json.Unmarshal(text, result), expression)
	}
}

// text returns what a string expression is.
func (p *tab) text(expression string) (s string) {
	p.t.Helper()
	p.eval(expression, &s)
	return s
}
