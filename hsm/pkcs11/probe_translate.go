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
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

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
