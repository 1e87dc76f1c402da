package ontoken

import (
	"crypto/subtle"
	"encoding/binary"

	"github.com/pinion-hsm/pinion/internal/veil"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// pvvDigits is how many digits of the PIN are in a PVV, and how many it has.
const pvvDigits = 4

// PVV returns Visa's PVV of the PIN in a field, four digits, as
// [pinverify.VisaPVV.Reference] does and with its errors. The four digits of the
// PIN are cut out on the token, which puts the public ones before them and wraps
// it all under the PVK; what comes out is decimalized here. 3 calls.
func (b *Bench) PVV(m pinverify.VisaPVV, pvk Key, field Field, pan pinblock.PAN) ([]byte, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	switch {
	case field.IsZero():
		return nil, pinverify.ErrPIN
	case pan.Len() < 12:
		return nil, pinverify.ErrPAN
	case pvk.BlockSize != 8:
		return nil, pinverify.ErrKey
	}
	o, err := b.hold(b.t.Extract(field.plain, 8, pvvDigits/2))
	if err != nil {
		return nil, err
	}
	if o, err = b.hold(b.t.Prepend(b.security(m, pan), o)); err != nil {
		return nil, err
	}
	if err := b.t.Wrap(pvk, o, b.out[:8]); err != nil {
		return nil, err
	}
	return pinverify.ScanPVV(b.out[:8])
}

// security returns the public part of Visa's transformed security parameter: the
// 11 rightmost digits of the PAN without its check digit, and the index.
func (b *Bench) security(m pinverify.VisaPVV, pan pinblock.PAN) []byte {
	_, lo := pan.Veiled()
	right11 := veil.Reveal(lo) >> 4 & 0xfff_ffff_ffff
	binary.BigEndian.PutUint64(b.in[:], right11<<20|uint64(m.Index)<<16)
	return b.in[:6]
}

// VerifyPVV compares the PVV of the PIN in a field with a reference value, in
// constant time, as [pinverify.VisaPVV.Verify] does and with its errors: nil if it
// is the same, [pinverify.ErrWrongPIN] if it is not.
func (b *Bench) VerifyPVV(m pinverify.VisaPVV, pvk Key, field Field, pan pinblock.PAN, reference []byte) error {
	if !isPVV(reference) {
		return pinverify.ErrReference
	}
	got, err := b.PVV(m, pvk, field, pan)
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(got, reference) != 1 {
		return pinverify.ErrWrongPIN
	}
	return nil
}

// isPVV reports whether reference is four digits, at which it looks without
// branches.
func isPVV(reference []byte) bool {
	bad := byte(0)
	for _, c := range reference {
		d := c - '0'
		bad |= d&0xf0 | (d+6)&0xf0 // 10 to 15 carry into the high nibble
	}
	return len(reference) == pvvDigits && bad == 0
}
