//go:build cgo

package pkcs11

import (
	"errors"

	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/internal/ontoken"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

// The known values of the tests: nobody's keys, PIN and account.
const (
	testTDES  = "0123456789ABCDEFFEDCBA9876543210"
	testAES   = "000102030405060708090A0B0C0D0E0F"
	testPIN   = "92704"
	testPAN   = "4999990000000009"
	testKSN   = "FFFF9876543210E00003"
	testIndex = 1
)

// testKey makes a known key on the token that may only wrap and unwrap, and returns
// it with the same key in software.
func (p *probe) testKey(a keys.Algorithm, usage keys.Usage, hex string, r rights) (ontoken.Key, keys.Key, error) {
	soft, err := cleartext.Parse(a, usage, hex)
	if err != nil {
		return ontoken.Key{}, keys.Key{}, err
	}
	raw := cleartext.Bytes(soft)
	defer clear(raw)
	m := made{kind: keyType(a), rights: r, private: p.l.token.LoginRequired}
	p.l.m.begin(true)
	h, err := p.l.m.raw.create(p.s, raw, m)
	p.l.m.end(true)
	if _, err = p.keep(h, err); err != nil {
		return ontoken.Key{}, keys.Key{}, inCall("C_CreateObject of a key", err)
	}
	return ontoken.Key{Object: ontoken.Object(h), BlockSize: a.BlockSize()}, soft, nil
}

// testRights has a key that may only unwrap decipher. A token that does not refuse
// is no reason not to work on it; whoever runs it should know.
func (p *probe) testRights() error {
	k, _, err := p.testKey(keys.AES128, keys.UsagePIN, testAES, rights{pkcs11.CKA_WRAP, pkcs11.CKA_UNWRAP})
	if err != nil {
		return err
	}
	var block [16]byte
	if err := p.crypt(false, pkcs11.CKM_AES_ECB, pkcs11.ObjectHandle(k.Object), block[:], block[:]); err == nil {
		return errors.New("it deciphers under a key that was made without CKA_DECRYPT")
	}
	return nil
}
