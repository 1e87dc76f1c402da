package dukpt

import (
	"context"
	"crypto/subtle"

	"github.com/pinion-hsm/pinion/keys"
)

// DataKey enciphers the data of one transaction in one direction. Like
// [keys.Key] it does not print. The zero DataKey is invalid.
//
// Nothing here tells whether data has been changed on its way: that takes a MAC.
type DataKey struct {
	hidden
	key keys.Key
}

// DataKey returns the key for DataRequest, DataResponse or DataBoth. Errors are
// those of WorkingKey, [ErrPurpose] for every other purpose.
func (t Transaction) DataKey(p Purpose, a keys.Algorithm) (DataKey, error) {
	if !p.data() {
		return DataKey{}, ErrPurpose
	}
	k, err := t.WorkingKey(p, a)
	return DataKey{key: k}, err
}

// BlockSize returns the cipher's block size in bytes: 8 for TDES, 16 for AES.
func (d DataKey) BlockSize() int { return d.key.BlockSize() }

// ZeroPad returns a copy of data with zeros up to a whole block, and none if it is
// one or more whole blocks. The receiver must know the length of the data, or
// that it does not end in zeros.
func (d DataKey) ZeroPad(data []byte) []byte {
	padded := append([]byte(nil), data...)
	for size := d.BlockSize(); size > 0 && (len(padded) == 0 || len(padded)%size != 0); {
		padded = append(padded, 0)
	}
	return padded
}

// EncryptECB returns data enciphered block by block. Equal blocks give equal
// ones. Errors are [ErrDataSize] and [keys.ErrZeroKey].
func (d DataKey) EncryptECB(data []byte) ([]byte, error) { return d.ecb(d.key.Encrypt, data) }

// DecryptECB is the inverse of EncryptECB.
func (d DataKey) DecryptECB(data []byte) ([]byte, error) { return d.ecb(d.key.Decrypt, data) }

// EncryptCBC returns data enciphered in CBC mode, NIST SP 800-38A. iv is one
// block; the published tables have zeros there, which serves as long as a key is
// used for one message only. Errors are [ErrDataSize] and [keys.ErrZeroKey].
func (d DataKey) EncryptCBC(iv, data []byte) ([]byte, error) {
	if err := d.checkCBC(iv, data); err != nil {
		return nil, err
	}
	out := make([]byte, len(data))
	for size, i := d.BlockSize(), 0; i < len(data); i += size {
		block := out[i : i+size]
		subtle.XORBytes(block, data[i:], iv)
		if err := d.key.Encrypt(context.Background(), block, block); err != nil {
			return nil, err
		}
		iv = block
	}
	return out, nil
}

// DecryptCBC is the inverse of EncryptCBC.
func (d DataKey) DecryptCBC(iv, data []byte) ([]byte, error) {
	if err := d.checkCBC(iv, data); err != nil {
		return nil, err
	}
	out := make([]byte, len(data))
	if err := d.key.Decrypt(context.Background(), out, data); err != nil {
		return nil, err
	}
	size := d.BlockSize()
	subtle.XORBytes(out, out[:size], iv)
	subtle.XORBytes(out[size:], out[size:], data)
	return out, nil
}

// ecb works in memory: there is nothing to wait for, and so no context.
func (d DataKey) ecb(work func(ctx context.Context, dst, src []byte) error, data []byte) ([]byte, error) {
	if err := d.check(data); err != nil {
		return nil, err
	}
	out := make([]byte, len(data))
	if err := work(context.Background(), out, data); err != nil {
		return nil, err
	}
	return out, nil
}

// check returns an error unless data is whole blocks.
func (d DataKey) check(data []byte) error {
	switch {
	case d.key.IsZero():
		return keys.ErrZeroKey
	case len(data) == 0, len(data)%d.BlockSize() != 0:
		return ErrDataSize
	}
	return nil
}

func (d DataKey) checkCBC(iv, data []byte) error {
	if err := d.check(data); err != nil {
		return err
	}
	if len(iv) != d.BlockSize() {
		return ErrDataSize
	}
	return nil
}
