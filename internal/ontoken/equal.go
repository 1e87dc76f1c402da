package ontoken

import (
	"crypto/subtle"
	"errors"

	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// Equal reports whether two fields hold the same PIN, whatever their formats. The
// digits of each are cut out, padded with zeros and wrapped under the probe key,
// and the ciphertexts compared in constant time. 6 calls. The zero Field equals
// nothing, itself included.
//
// PINs of different length differ: that takes no call, and is told in less time.
// The length is in the clear wherever the fields came from.
func (b *Bench) Equal(x, y Field) (bool, error) {
	if x.IsZero() || x.n != y.n {
		return false, nil
	}
	bit, size := x.digits()
	c, err := b.look(x.plain, bit, size)
	if err != nil {
		return false, err
	}
	first := [aes]byte(c)
	if c, err = b.look(y.plain, bit, size); err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(first[:], c) == 1, nil
}

// VerifyStored opens the block that the issuer has stored and compares the PIN in
// it with that in a field, as [pinverify.StoredBlock.Verify] does and with its
// errors: nil if it is the same, [pinverify.ErrWrongPIN] if it is not, and
// [pinverify.ErrReference] for a block that does not open.
func (b *Bench) VerifyStored(m pinverify.StoredBlock, key Key, field Field, pan pinblock.PAN, reference []byte) error {
	if err := m.Check(); err != nil {
		return err
	}
	switch {
	case key.BlockSize != m.Format.BlockSize():
		return pinverify.ErrKey
	case len(reference) != m.Format.BlockSize():
		return pinverify.ErrReference
	}
	stored, err := b.Open(m.Format, key, reference, pan)
	switch {
	case errors.Is(err, pinblock.ErrBlock):
		return pinverify.ErrReference
	case err != nil:
		return err
	case field.IsZero():
		return pinverify.ErrPIN
	}
	equal, err := b.Equal(field, stored)
	switch {
	case err != nil:
		return err
	case !equal:
		return pinverify.ErrWrongPIN
	}
	return nil
}
