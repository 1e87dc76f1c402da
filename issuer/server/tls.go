package server

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
)

func (c *Config) checkTLS(p *Problems, getenv func(string) string, dev bool) {
	t := &c.TLS
	if t.Certificate == "" && t.Key == "" && dev {
		return
	}
	if t.Certificate == "" {
		p.add("tls.certificate", "it is missing: a file with the service's certificate")
	} else {
		p.addError("tls.certificate", checkFile(t.Certificate))
	}
	if t.Key == "" {
		p.add("tls.key", "it is missing: file:/path of the certificate's private key")
	} else {
		p.addError("tls.key", t.Key.check(getenv))
	}
	if t.ClientCA != "" {
		_, err := clientCAs(t.ClientCA)
		p.addError("tls.clientCA", err)
	}
	if len(*p) == 0 {
		_, err := c.tlsConfig(getenv)
		p.addError("tls", err)
	}
}

// tlsConfig returns what the listener needs, nil for plain HTTP. Clients without
// a certificate are let in to be known by a token, or not at all.
func (c *Config) tlsConfig(getenv func(string) string) (*tls.Config, error) {
	if c.TLS.Certificate == "" {
		return nil, nil
	}
	chain, err := readFile(c.TLS.Certificate, maxSecret)
	if err != nil {
		return nil, err
	}
	key, err := c.TLS.Key.read(getenv)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	pair, err := tls.X509KeyPair(chain, key)
	if err != nil {
		return nil, errors.New("certificate and key are not a pair of PEM files")
	}
	out := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}}
	if c.TLS.ClientCA != "" {
		if out.ClientCAs, err = clientCAs(c.TLS.ClientCA); err != nil {
			return nil, err
		}
		out.ClientAuth = tls.VerifyClientCertIfGiven
	}
	return out, nil
}

func clientCAs(name string) (*x509.CertPool, error) {
	raw, err := readFile(name, 1<<20)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(raw) {
		return nil, errors.New("the file holds no PEM certificate")
	}
	return pool, nil
}
