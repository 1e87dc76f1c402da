//go:build cgo

package pkcs11

import (
	"bytes"
	"context"

	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/internal/ontoken"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// testTDESDUKPT derives the PIN key of a known transaction.
func (p *probe) testTDESDUKPT() error {
	bdk, soft, err := p.testKey(keys.TDES2, keys.UsageBDK, testTDES, rights{pkcs11.CKA_DERIVE})
	if err != nil {
		return err
	}
	raw := cleartext.Bytes(soft)
	defer clear(raw)
	m := made{kind: pkcs11.CKK_DES2, rights: rights{pkcs11.CKA_DERIVE}, private: p.l.token.LoginRequired}
	p.l.m.begin(true)
	h, err := p.l.m.raw.create(p.s, xored(raw, variant), m)
	p.l.m.end(true)
	if h, err = p.keep(h, err); err != nil {
		return inCall("C_CreateObject of a key", err)
	}
	ksn, err := dukpt.ParseKSN(testKSN)
	if err != nil {
		return err
	}
	if err := p.testHalf(bdk); err != nil {
		return err
	}
	k, err := ontoken.PINKey(p, bdk.Object, ontoken.Object(h), ksn)
	if err != nil {
		return err
	}
	defer p.Destroy(k.Object)
	if err := p.kept(pkcs11.ObjectHandle(k.Object)); err != nil {
		return err
	}
	want, err := dukpt.PINKey(soft, ksn)
	if err != nil {
		return err
	}
	return p.wrapsAs(k, want)
}

// testHalf tries to read half an initial key, and the DES key that is made of it.
func (p *probe) testHalf(bdk ontoken.Key) error {
	half, err := p.EncryptData(bdk.Object, make([]byte, 8))
	if err != nil {
		return inCall("CKM_DES3_ECB_ENCRYPT_DATA", err)
	}
	defer p.Destroy(half)
	if err := p.hidden(pkcs11.ObjectHandle(half)); err != nil {
		return err
	}
	k, err := p.DESKey(half)
	if err != nil {
		return inCall("CKM_XOR_BASE_AND_DATA into a DES key", err)
	}
	defer p.Destroy(k.Object)
	return p.hidden(pkcs11.ObjectHandle(k.Object))
}

// wrapsAs returns nil if a key on the token wraps as one in software enciphers.
func (p *probe) wrapsAs(k ontoken.Key, soft keys.Key) error {
	got, due := make([]byte, k.BlockSize), []byte("sixteen letters:")[:k.BlockSize]
	if err := p.encrypt(pkcs11.ObjectHandle(k.Object), k.BlockSize, true, got, due); err != nil {
		return err
	}
	want := make([]byte, k.BlockSize)
	if err := soft.Encrypt(context.Background(), want, due); err != nil {
		return err
	}
	if !bytes.Equal(got, want) {
		return errProbe
	}
	return nil
}
