package access

import (
	"crypto/x509"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
)

// ClientCertificate is a client known by its TLS certificate. One of Subject,
// URI and DNS is set; it is the client's name.
type ClientCertificate struct {
	// Subject is the subject's common name, or, if it has a = in it, the whole
	// distinguished name in the order and form of RFC 2253, as
	// crypto/x509/pkix.Name prints it: "CN=switch,O=Bank,C=DE".
	Subject string
	URI     string // a URI among the alternative names, like spiffe://bank.example/switch
	DNS     string // a DNS name among the alternative names, in any case

	Scopes []Scope
}

// ErrCertificates is the answer of NewCertificates to a list that cannot be used.
var ErrCertificates = errors.New("issuer/access: a client certificate is named by one of subject, URI and DNS, printable, and not twice")

// Certificates recognises clients by their certificates.
type Certificates struct {
	clients []ClientCertificate
	now     func() time.Time
}

// NewCertificates returns an Authenticator for these clients; the first that fits
// a certificate is the one. Errors are ErrCertificates and ErrUnknownScope.
//
// Which CAs may issue client certificates is said where TLS is set up:
// [crypto/tls.Config].ClientCAs, with ClientAuth VerifyClientCertIfGiven or
// RequireAndVerifyClientCert. Every one of those CAs can issue any name, so they
// should be CAs that do nothing else.
func NewCertificates(clients []ClientCertificate) (*Certificates, error) {
	c := &Certificates{now: time.Now}
	seen := map[[3]string]bool{}
	for _, client := range clients {
		client.Scopes = slices.Clone(client.Scopes)
		if err := checkScopes(client.Scopes); err != nil {
			return nil, err
		}
		if strings.Contains(client.Subject, "=") {
			client.Subject = tightDN(client.Subject)
		}
		client.DNS = strings.ToLower(client.DNS)
		id := [3]string{client.Subject, client.URI, client.DNS}
		onlyOne := client.Subject+client.URI+client.DNS == client.name()
		if !onlyOne || !goodName(client.name()) || seen[id] {
			return nil, ErrCertificates
		}
		seen[id] = true
		c.clients = append(c.clients, client)
	}
	return c, nil
}

func (c *ClientCertificate) name() string {
	for _, name := range []string{c.Subject, c.URI} {
		if name != "" {
			return name
		}
	}
	return c.DNS
}

// Authenticate returns the client of the certificate that the TLS handshake has
// verified.
func (c *Certificates) Authenticate(r *http.Request) (*Principal, error) {
	if r.TLS == nil || len(r.TLS.PeerCertificates) == 0 {
		return nil, ErrNoCredential
	}
	if len(r.TLS.VerifiedChains) == 0 || len(r.TLS.VerifiedChains[0]) == 0 {
		return nil, unverified
	}
	leaf := r.TLS.VerifiedChains[0][0]
	// A connection may outlive the certificate it was opened with.
	if c.now().After(leaf.NotAfter) {
		return nil, certExpired
	}
	for i := range c.clients {
		if client := &c.clients[i]; client.fits(leaf) {
			return &Principal{Name: client.name(), Kind: KindCertificate, Scopes: slices.Clone(client.Scopes)}, nil
		}
	}
	return nil, certUnknown
}

func (c *ClientCertificate) fits(leaf *x509.Certificate) bool {
	switch {
	case c.URI != "":
		// A SPIFFE certificate has exactly one URI (X509-SVID, section 2).
		return len(leaf.URIs) == 1 && leaf.URIs[0].String() == c.URI
	case c.DNS != "":
		return slices.ContainsFunc(leaf.DNSNames, func(name string) bool { return strings.EqualFold(name, c.DNS) })
	case strings.Contains(c.Subject, "="):
		return leaf.Subject.String() == c.Subject
	}
	return leaf.Subject.CommonName == c.Subject
}

// tightDN takes out the spaces that people write after a comma. One that is part
// of a value is escaped, or comes after an escaped comma.
func tightDN(dn string) string {
	var b strings.Builder
	escaped, separator := false, false
	for _, c := range dn {
		if separator && c == ' ' {
			continue
		}
		separator = c == ',' && !escaped
		escaped = c == '\\' && !escaped
		b.WriteRune(c)
	}
	return b.String()
}
