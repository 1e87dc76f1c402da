package server

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"time"
)

// The files of the development mode's TLS. Certificate and key are in one file,
// so that there is never one without the other.
const (
	caFile     = "ca.pem"     // certificate, for clients
	caKeyFile  = "ca-key.pem" // certificate and key
	serverFile = "server.pem" // certificate and key
)

const (
	caLife     = 10 * 365 * 24 * time.Hour
	serverLife = 365 * 24 * time.Hour
	renewal    = 30 * 24 * time.Hour // before the end
)

// makeTLS makes a CA and a certificate for this machine's own names, or finds
// them still good.
func (d devDir) makeTLS(now time.Time) error {
	caText, err := d.once(caKeyFile, func() ([]byte, error) { return newCertificate(caTemplate(now), nil) })
	if err != nil {
		return err
	}
	ca, err := tls.X509KeyPair(caText, caText)
	if err != nil || !good(ca.Leaf, now) {
		if caText, err = newCertificate(caTemplate(now), nil); err != nil {
			return err
		}
		if err := d.replace(caKeyFile, caText); err != nil {
			return err
		}
		if ca, err = tls.X509KeyPair(caText, caText); err != nil {
			return err
		}
	}
	defer clear(caText)
	if err := d.replace(caFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.Leaf.Raw})); err != nil {
		return err
	}
	fresh := func() ([]byte, error) { return newCertificate(serverTemplate(now), &ca) }
	text, err := d.once(serverFile, fresh)
	if err != nil {
		return err
	}
	defer clear(text)
	pair, err := tls.X509KeyPair(text, text)
	if err == nil && good(pair.Leaf, now) && bytes.Equal(pair.Leaf.AuthorityKeyId, ca.Leaf.SubjectKeyId) {
		return nil
	}
	if text, err = fresh(); err != nil {
		return err
	}
	return d.replace(serverFile, text)
}

func good(c *x509.Certificate, now time.Time) bool {
	return c != nil && now.Add(renewal).Before(c.NotAfter)
}

func caTemplate(now time.Time) *x509.Certificate {
	return &x509.Certificate{
		Subject:   pkix.Name{CommonName: "pinion development CA"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(caLife),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
}

func serverTemplate(now time.Time) *x509.Certificate {
	return &x509.Certificate{
		Subject:   pkix.Name{CommonName: "localhost"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(serverLife),
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:              []string{"localhost"},
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
}

// newCertificate returns a certificate and its new key, PEM, issued by ca, or by
// itself if that is nil.
func newCertificate(template *x509.Certificate, ca *tls.Certificate) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	parent, signer := template, any(key)
	if ca != nil {
		parent, signer = ca.Leaf, ca.PrivateKey
	}
	if template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127)); err != nil {
		return nil, err
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		return nil, err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, errors.New("issuer/server: a new key has no PKCS#8 form")
	}
	defer clear(secret)
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return append(text, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})...), nil
}
