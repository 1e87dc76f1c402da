package access

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// tlsServer answers with the principal's name, or the error.
func tlsServer(t *testing.T, auth Authenticator, clientAuth tls.ClientAuthType, ca *authority) *httptest.Server {
	t.Helper()
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p, err := auth.Authenticate(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(w, p.ID())
	}))
	srv.TLS = &tls.Config{ClientAuth: clientAuth, ClientCAs: ca.pool()}
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	srv.StartTLS()
	t.Cleanup(srv.Close)
	return srv
}

// get calls the server with a certificate, whatever CAs the server asks for.
func get(t *testing.T, srv *httptest.Server, cert *tls.Certificate) (status int, body string, err error) {
	t.Helper()
	transport := srv.Client().Transport.(*http.Transport).Clone()
	defer transport.CloseIdleConnections()
	if cert != nil {
		transport.TLSClientConfig.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return cert, nil }
	}
	resp, err := (&http.Client{Transport: transport}).Get(srv.URL)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(raw), nil
}

func TestCertificates(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	auth, err := NewCertificates([]ClientCertificate{
		{Subject: "switch", Scopes: []Scope{VerifyPIN}},
		{Subject: `CN=cards, OU=Issuing,O=Bank\, Big,C=DE`},
		{URI: "spiffe://bank.example/ivr"},
		{DNS: "App.bank.example"},
	})
	require.NoError(t, err)
	srv := tlsServer(t, auth, tls.VerifyClientCertIfGiven, ca)
	ivr := uri(t, "spiffe://bank.example/ivr")
	for name, c := range map[string]struct {
		subject pkix.Name
		change  func(*x509.Certificate)
		want    string
	}{
		"common name":         {pkix.Name{CommonName: "switch", Organization: []string{"Any"}}, nil, "certificate:switch"},
		"whole name":          {pkix.Name{CommonName: "cards", OrganizationalUnit: []string{"Issuing"}, Organization: []string{"Bank, Big"}, Country: []string{"DE"}}, nil, `certificate:CN=cards,OU=Issuing,O=Bank\, Big,C=DE`},
		"URI":                 {pkix.Name{}, func(c *x509.Certificate) { c.URIs = []*url.URL{ivr} }, "certificate:spiffe://bank.example/ivr"},
		"DNS":                 {pkix.Name{CommonName: "x"}, func(c *x509.Certificate) { c.DNSNames = []string{"other.example", "app.BANK.example"} }, "certificate:app.bank.example"},
		"not all of the name": {pkix.Name{CommonName: "cards", Organization: []string{"Bank, Big"}, Country: []string{"DE"}}, nil, ""},
		"other case":          {pkix.Name{CommonName: "Switch"}, nil, ""},
		"name in a part":      {pkix.Name{CommonName: "cards,OU=Issuing,O=Bank\\, Big,C=DE"}, nil, ""},
		"DNS as common name":  {pkix.Name{CommonName: "app.bank.example"}, nil, ""},
		"common name as DNS":  {pkix.Name{}, func(c *x509.Certificate) { c.DNSNames = []string{"switch"} }, ""},
		"two URIs":            {pkix.Name{}, func(c *x509.Certificate) { c.URIs = []*url.URL{ivr, uri(t, "spiffe://bank.example/x")} }, ""},
		"longer URI":          {pkix.Name{}, func(c *x509.Certificate) { c.URIs = []*url.URL{uri(t, "spiffe://bank.example/ivr/x")} }, ""},
	} {
		status, body, err := get(t, srv, ca.issue(t, c.subject, c.change))
		require.NoError(t, err, name)
		if c.want == "" {
			require.Equal(t, http.StatusUnauthorized, status, name)
			require.Contains(t, body, string(certUnknown), name)
			continue
		}
		require.Equal(t, c.want, body, name)
	}
	status, body, err := get(t, srv, nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusUnauthorized, status)
	require.Contains(t, body, ErrNoCredential.Error())
}

func TestCertificatesOfOthers(t *testing.T) {
	t.Parallel()
	ca, other := newAuthority(t), newAuthority(t)
	auth, err := NewCertificates([]ClientCertificate{{Subject: "switch"}})
	require.NoError(t, err)
	verifying := tlsServer(t, auth, tls.VerifyClientCertIfGiven, ca)
	careless := tlsServer(t, auth, tls.RequestClientCert, ca)
	name := pkix.Name{CommonName: "switch"}
	old := func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }
	server := func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} }
	for what, cert := range map[string]*tls.Certificate{
		"self-signed":             (*authority)(nil).issue(t, name, nil),
		"of another CA":           other.issue(t, name, nil),
		"expired":                 ca.issue(t, name, old),
		"of a server":             ca.issue(t, name, server),
		"CA's name, not its hand": ca.impostor(t).issue(t, name, nil),
	} {
		_, _, err := get(t, verifying, cert)
		require.Error(t, err, what)

		// A server that forgot to have certificates verified lets nobody in by them.
		status, body, err := get(t, careless, cert)
		require.NoError(t, err, what)
		require.Equal(t, http.StatusUnauthorized, status, what)
		require.Contains(t, body, string(unverified), what)
	}
}

func TestCertificateExpiresOnAnOpenConnection(t *testing.T) {
	t.Parallel()
	auth, err := NewCertificates([]ClientCertificate{{Subject: "switch", Scopes: []Scope{SetPIN}}})
	require.NoError(t, err)
	c := &clock{}
	auth.now = c.now
	leaf := &x509.Certificate{Subject: pkix.Name{CommonName: "switch"}, NotAfter: time.Now().Add(time.Minute)}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{leaf}, VerifiedChains: [][]*x509.Certificate{{leaf}}}
	p, err := auth.Authenticate(r)
	require.NoError(t, err)
	require.Equal(t, &Principal{Name: "switch", Kind: KindCertificate, Scopes: []Scope{SetPIN}}, p)
	p.Scopes[0] = Admin // what a caller does to its principal is its own affair
	c.advance(59 * time.Second)
	p, err = auth.Authenticate(r)
	require.NoError(t, err)
	require.False(t, p.Has(Admin))
	c.advance(2 * time.Second)
	_, err = auth.Authenticate(r)
	require.Equal(t, certExpired, err)
}

func TestNewCertificatesRefuses(t *testing.T) {
	t.Parallel()
	for name, list := range map[string][]ClientCertificate{
		"no name":        {{Scopes: []Scope{SetPIN}}},
		"two names":      {{Subject: "a", DNS: "b"}},
		"control":        {{Subject: "a\nb"}},
		"twice":          {{Subject: "CN=a, O=b"}, {Subject: "CN=a,O=b"}},
		"twice, by case": {{DNS: "a.example"}, {DNS: "A.example"}},
	} {
		_, err := NewCertificates(list)
		require.Equal(t, ErrCertificates, err, name)
	}
	_, err := NewCertificates([]ClientCertificate{{Subject: "a", Scopes: []Scope{"pin.*"}}})
	require.Equal(t, ErrUnknownScope, err)
}
