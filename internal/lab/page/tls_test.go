package page_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/security"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/lab"
)

// TestUnderAPathOverTLS has the page as "pinion serve --dev" has it: beside something
// else, under a path, over TLS with a certificate that no browser knows.
func TestUnderAPathOverTLS(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.StripPrefix("/lab", folder(t).Handler()))
	t.Cleanup(server.Close)
	p := openTab(t, "", func(p *tab) {
		call(p, security.SetIgnoreCertificateErrors, security.SetIgnoreCertificateErrorsParams{Ignore: true})
		p.url = server.URL + "/lab/"
	})
	panel := lab.Panels()[0]
	p.fill(panel.Examples[1].Values)
	p.requireShown(panel, panel.Examples[1].Values, "over TLS")
	requests, _ := p.traffic()
	require.Greater(t, len(requests), 10)
	for _, r := range requests {
		require.True(t, strings.HasPrefix(r, "GET "+p.url), r)
	}
	require.Equal(t, "true", p.text(`String(isSecureContext)`), "there is a clipboard")
}
