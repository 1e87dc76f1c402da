//go:build cgo

package pkcs11

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/internal/ontoken"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
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

// testSecrets holds everything that is done to a part of a PIN block against known
// answers, and tries to read each result.
func (p *probe) testSecrets() error {
	k, err := p.probeKey(p.s)
	if err != nil {
		return err
	}
	left, right := []byte("\x00left of it"), []byte("and its other end")
	base := append(bytes.Clone(left), right...)
	for _, t := range []struct {
		call string
		f    func() (ontoken.Object, error)
		want []byte
	}{
		{"C_CreateObject", func() (ontoken.Object, error) { return p.Create(base[:16]) }, base[:16]},
		{"CKM_XOR_BASE_AND_DATA", func() (ontoken.Object, error) {
			return p.of(base[:16], func(o ontoken.Object) (ontoken.Object, error) { return p.XOR(o, base[5:21]) })
		}, xored(base[:16], base[5:21])},
		{"CKM_EXTRACT_KEY_FROM_KEY", func() (ontoken.Object, error) {
			return p.of(base, func(o ontoken.Object) (ontoken.Object, error) { return p.Extract(o, 12, 16) })
		}, shifted(base, 16)},
		{"CKM_CONCATENATE_BASE_AND_DATA", func() (ontoken.Object, error) {
			return p.of(left, func(o ontoken.Object) (ontoken.Object, error) { return p.Append(o, right[:16-len(left)]) })
		}, base[:16]},
		{"CKM_CONCATENATE_DATA_AND_BASE", func() (ontoken.Object, error) {
			return p.of(right[:16-len(left)], func(o ontoken.Object) (ontoken.Object, error) { return p.Prepend(left, o) })
		}, base[:16]},
	} {
		if err := p.answers(k, t.f, t.want); err != nil {
			return inCall(t.call, err)
		}
	}
	return nil
}

// of makes an object of bytes and calls f with it.
func (p *probe) of(value []byte, f func(ontoken.Object) (ontoken.Object, error)) (ontoken.Object, error) {
	o, err := p.Create(value)
	if err != nil {
		return 0, inCall("C_CreateObject", err)
	}
	defer p.Destroy(o)
	return f(o)
}

// answers returns nil if an object is hidden, and is what it should be as far as its
// ciphertext tells.
func (p *probe) answers(k ontoken.Key, f func() (ontoken.Object, error), want []byte) error {
	o, err := f()
	if err != nil {
		return err
	}
	defer p.Destroy(o)
	if err := p.hidden(pkcs11.ObjectHandle(o)); err != nil {
		return err
	}
	var got, due [16]byte
	if err := p.Wrap(k, o, got[:]); err != nil {
		return inCall("C_WrapKey", err)
	}
	_, err = p.of(want, func(o ontoken.Object) (ontoken.Object, error) { return 0, p.Wrap(k, o, due[:]) })
	if err == nil && got != due {
		err = errProbe
	}
	return err
}

func xored(a, b []byte) []byte {
	out := make([]byte, len(a))
	for i := range out {
		out[i] = a[i] ^ b[i]
	}
	return out
}

// shifted returns n bytes of b from its twelfth bit on.
func shifted(b []byte, n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = b[i+1]<<4 | b[i+2]>>4
	}
	return out
}

// hidden returns nil if a secret cannot be read.
func (b *bench) hidden(h pkcs11.ObjectHandle) error {
	var v [64]byte
	defer clear(v[:])
	b.l.m.begin(false)
	_, err := b.l.m.raw.value(b.s, h, v[:])
	b.l.m.end(false)
	switch {
	case err == nil:
		return errReadable
	case is(err, pkcs11.CKR_ATTRIBUTE_SENSITIVE, pkcs11.CKR_ATTRIBUTE_TYPE_INVALID):
		return nil
	}
	return err
}

// errReadable is why nothing is done on a token.
var errReadable = errors.New("what it was told to keep secret can be read, so nothing is left to it")

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

// testTranslate translates a known block of every format to every other, opens what
// comes out in software, and computes a PVV.
func (p *probe) testTranslate(a keys.Algorithm) error {
	hex, formats := testTDES, []pinblock.Format{pinblock.ISO0, pinblock.ISO1, pinblock.ISO3}
	if a.BlockSize() == 16 {
		hex, formats = testAES, []pinblock.Format{pinblock.ISO4}
	}
	k, soft, err := p.testKey(a, keys.UsagePIN, hex, rights{pkcs11.CKA_WRAP, pkcs11.CKA_UNWRAP})
	if err != nil {
		return err
	}
	if err := p.testUnwrapped(k); err != nil {
		return inCall("C_UnwrapKey", err)
	}
	probe, err := p.probeKey(p.s)
	if err != nil {
		return err
	}
	marks, err := ontoken.NewMarks(p, probe)
	if err != nil {
		return inCall("C_WrapKey", err)
	}
	pin, err1 := pinblock.ParsePIN(testPIN)
	pan, err2 := pinblock.ParsePAN(testPAN)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	for _, from := range formats {
		block, err := pinblock.Seal(context.Background(), nil, soft, from, pin, pan)
		if err != nil {
			return err
		}
		for _, to := range formats {
			if err := p.testPair(marks, k, soft, from, to, block, pin, pan); err != nil {
				return inCall(fmt.Sprintf("%s to %s", from.Name(), to.Name()), err)
			}
		}
		if a.BlockSize() == 8 {
			if err := p.testPVV(marks, k, soft, from, block, pin, pan); err != nil {
				return inCall("PVV", err)
			}
		}
	}
	return nil
}

// testUnwrapped tries to read what a block is unwrapped into.
func (p *probe) testUnwrapped(k ontoken.Key) error {
	o, err := p.Unwrap(k, make([]byte, k.BlockSize))
	if err != nil {
		return err
	}
	defer p.Destroy(o)
	return p.hidden(pkcs11.ObjectHandle(o))
}

// testPair translates one block, and one that is not good.
func (p *probe) testPair(m *ontoken.Marks, k ontoken.Key, soft keys.Key, from, to pinblock.Format, block []byte, pin pinblock.PIN, pan pinblock.PAN) error {
	b := ontoken.New(p, m)
	defer b.Close()
	field, err := b.Open(from, k, block, pan)
	if err != nil {
		return err
	}
	out, err := b.Seal(to, k, field, pan)
	if err != nil {
		return err
	}
	got, err := pinblock.Open(context.Background(), soft, to, out, pan)
	if err != nil || !got.Equal(pin) {
		return errProbe
	}
	other := pinblock.ISO0 // whose control nibble is another
	switch from {
	case pinblock.ISO4:
		return nil
	case pinblock.ISO0:
		other = pinblock.ISO3
	}
	if _, err := b.Open(other, k, block, pan); !errors.Is(err, pinblock.ErrBlock) {
		return errProbe
	}
	return nil
}

// testPVV computes a known PVV.
func (p *probe) testPVV(m *ontoken.Marks, k ontoken.Key, soft keys.Key, f pinblock.Format, block []byte, pin pinblock.PIN, pan pinblock.PAN) error {
	b := ontoken.New(p, m)
	defer b.Close()
	field, err := b.Open(f, k, block, pan)
	if err != nil {
		return err
	}
	method := pinverify.VisaPVV{Index: testIndex}
	got, err := b.PVV(method, k, field, pan)
	if err != nil {
		return err
	}
	want, err := method.Reference(context.Background(), soft, pin, pan)
	if err == nil && !bytes.Equal(got, want) {
		err = errProbe
	}
	return err
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
