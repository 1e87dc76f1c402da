package keyblock

import (
	"encoding/base64"
	"strconv"
)

// The optional block CT, X9.143 section 6.3.6.3 tables 10 and 11.

func init() {
	define("CT", kind{
		name:  "public key certificate",
		form:  "00 (X.509) or 01 (EMV) and base64, or 02 and a chain of such",
		check: func(data string) bool { _, ok := parseCertificates(data); return ok },
		explain: func(data string) string {
			certs, _ := parseCertificates(data) // it was checked
			if data[1] == '2' {
				return "chain of " + strconv.Itoa(len(certs))
			}
			if certs[0].EMV {
				return "EMV"
			}
			return "X.509"
		},
	})
}

// Certificate is a certificate of the public key, or of whoever signed it.
type Certificate struct {
	EMV bool   // an EMV certificate; else X.509
	Raw []byte // DER if X.509
}

const (
	certChain       = "02"
	certChainPrefix = 6 // format, length of the base64 in four hex digits
)

func parseCertificates(data string) ([]Certificate, bool) {
	if len(data) < 2 {
		return nil, false
	}
	if data[:2] != certChain {
		c, ok := parseCertificate(data[:2], data[2:])
		return []Certificate{c}, ok
	}
	var chain []Certificate
	for data = data[2:]; data != ""; {
		if len(data) < certChainPrefix {
			return nil, false
		}
		n, ok := hexNumber(data[2:certChainPrefix])
		if !ok || n > len(data)-certChainPrefix {
			return nil, false
		}
		c, ok := parseCertificate(data[:2], data[certChainPrefix:certChainPrefix+n])
		if !ok {
			return nil, false
		}
		chain = append(chain, c)
		data = data[certChainPrefix+n:]
	}
	return chain, len(chain) > 0
}

func parseCertificate(format, text string) (Certificate, bool) {
	if format != "00" && format != "01" || text == "" {
		return Certificate{}, false
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	return Certificate{EMV: format == "01", Raw: raw}, err == nil
}

// NewCT returns the block CT: the certificate of the public key, or a chain, that
// of the key first. The error is [ErrOptionalBlock].
func NewCT(certs ...Certificate) (OptionalBlock, error) {
	data := ""
	for _, c := range certs {
		text := base64.StdEncoding.EncodeToString(c.Raw)
		if len(text) > 0xffff {
			return OptionalBlock{}, ErrOptionalBlock
		}
		format := "00"
		if c.EMV {
			format = "01"
		}
		if len(certs) == 1 {
			return newBlock("CT", format+text)
		}
		data += format + string(appendHex(nil, len(text), 4)) + text
	}
	return newBlock("CT", certChain+data)
}

// Certificates returns what is in a block CT. The error is [ErrOptionalBlock].
func (b OptionalBlock) Certificates() ([]Certificate, error) {
	data, err := b.have("CT")
	if err != nil {
		return nil, err
	}
	certs, _ := parseCertificates(data)
	return certs, nil
}
