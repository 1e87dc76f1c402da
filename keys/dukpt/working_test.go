package dukpt_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/cmac"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/keys/dukpt/intermediate"
)

func transaction(t testing.TB, a keys.Algorithm) dukpt.Transaction {
	t.Helper()
	bdk, ksn := root(t, a)
	tx, err := dukpt.Derive(bdk, withCounter(t, ksn, 0x2a))
	require.NoError(t, err)
	return tx
}

// The retail MAC as X9.19 has it: CBC under single DES, the last block TDES.
func naiveRetailMAC(key, msg []byte) []byte {
	for len(msg) == 0 || len(msg)%8 != 0 {
		msg = append(msg[:len(msg):len(msg)], 0)
	}
	left, x := block(des.NewCipher(key[:8])), make([]byte, 8)
	for ; len(msg) > 0; msg = msg[8:] {
		x = xor(x, msg)
		left.Encrypt(x, x)
	}
	block(des.NewCipher(key[8:16])).Decrypt(x, x)
	left.Encrypt(x, x)
	return x
}

func TestMACs(t *testing.T) {
	t.Parallel()
	msg := []byte("every length of a message from nothing to several blocks")
	for a := range rootHex {
		tx := transaction(t, a)
		for _, to := range []keys.Algorithm{keys.TDES2, keys.TDES3, a} {
			m, err := tx.MACKey(dukpt.MACResponse, to)
			if a == keys.TDES2 && to != a {
				require.ErrorIs(t, err, dukpt.ErrAlgorithm)
				continue
			}
			require.NoError(t, err)
			k, err := tx.WorkingKey(dukpt.MACResponse, to)
			require.NoError(t, err)
			raw := cleartext.Bytes(k)
			for n := range msg {
				mac, err := m.CMAC(msg[:n])
				require.NoError(t, err)
				require.Equal(t, cmac.Sum(naiveCipher(to, raw), msg[:n]), mac)
				retail, err := m.RetailMAC(msg[:n])
				if to != keys.TDES2 {
					require.ErrorIs(t, err, dukpt.ErrAlgorithm)
					continue
				}
				require.NoError(t, err)
				require.Equal(t, naiveRetailMAC(raw, msg[:n]), retail, n)
			}
		}
	}
}

func naiveCipher(a keys.Algorithm, raw []byte) cipher.Block {
	switch a {
	case keys.TDES2:
		return tdes2(raw)
	case keys.TDES3:
		return block(des.NewTripleDESCipher(raw))
	default:
		return block(aes.NewCipher(raw))
	}
}

func TestHMAC(t *testing.T) {
	t.Parallel()
	for a := range rootHex {
		tx := transaction(t, a)
		seen := map[string]bool{}
		for _, n := range []dukpt.HMACLength{dukpt.HMAC128, dukpt.HMAC192, dukpt.HMAC256} {
			k, err := tx.HMACKey(dukpt.MACRequest, n)
			switch {
			case a == keys.TDES2:
				require.ErrorIs(t, err, dukpt.ErrAlgorithm)
				continue
			case int(n) > 8*a.KeySize():
				require.ErrorIs(t, err, dukpt.ErrStrength)
				continue
			}
			require.NoError(t, err)
			raw := intermediate.HMACKey(k)
			require.Len(t, raw, int(n)/8)
			seen[string(raw[:16])] = true
			h := hmac.New(sha256.New, raw)
			h.Write([]byte("message"))
			mac, err := k.SHA256([]byte("message"))
			require.NoError(t, err)
			require.Equal(t, h.Sum(nil), mac)
		}
		if a == keys.AES256 {
			require.Len(t, seen, 3, "the length of a key is part of what it is derived from")
		}
		for _, n := range []dukpt.HMACLength{0, 1, 64, 160, 512} {
			_, err := tx.HMACKey(dukpt.MACRequest, n)
			require.ErrorIs(t, err, dukpt.ErrAlgorithm)
		}
	}
	_, err := dukpt.HMACKey{}.SHA256(nil)
	require.ErrorIs(t, err, keys.ErrZeroKey)
	require.Nil(t, intermediate.HMACKey(dukpt.HMACKey{}))
}

// Each kind of working key is for its own purposes.
func TestPurposes(t *testing.T) {
	t.Parallel()
	tx := transaction(t, keys.AES128)
	for _, p := range append([]dukpt.Purpose{0, 99}, allPurposes...) {
		mac := p == dukpt.MACRequest || p == dukpt.MACResponse || p == dukpt.MACBoth
		data := p == dukpt.DataRequest || p == dukpt.DataResponse || p == dukpt.DataBoth
		_, err := tx.MACKey(p, keys.AES128)
		require.Equal(t, !mac, errors.Is(err, dukpt.ErrPurpose), p)
		_, err = tx.HMACKey(p, dukpt.HMAC128)
		require.Equal(t, !mac, errors.Is(err, dukpt.ErrPurpose), p)
		_, err = tx.DataKey(p, keys.AES128)
		require.Equal(t, !data, errors.Is(err, dukpt.ErrPurpose), p)
	}
	_, err := dukpt.MACKey{}.CMAC(nil)
	require.ErrorIs(t, err, keys.ErrZeroKey)
	_, err = dukpt.MACKey{}.RetailMAC(nil)
	require.ErrorIs(t, err, keys.ErrZeroKey)
}

func TestData(t *testing.T) {
	t.Parallel()
	for a := range rootHex {
		tx := transaction(t, a)
		d, err := tx.DataKey(dukpt.DataBoth, a)
		require.NoError(t, err)
		k, err := tx.WorkingKey(dukpt.DataBoth, a)
		require.NoError(t, err)
		c := naiveCipher(a, cleartext.Bytes(k))
		size := d.BlockSize()
		require.Equal(t, a.BlockSize(), size)

		iv := []byte("an IV of 16 byte")[:size]
		plain := d.ZeroPad([]byte("4012345678909D987 and more than two blocks"))
		before := string(plain)
		want := make([]byte, len(plain))
		cipher.NewCBCEncrypter(c, iv).CryptBlocks(want, plain)
		got, err := d.EncryptCBC(iv, plain)
		require.NoError(t, err)
		require.Equal(t, want, got)
		back, err := d.DecryptCBC(iv, got)
		require.NoError(t, err)
		require.Equal(t, plain, back)

		for i := 0; i < len(plain); i += size {
			c.Encrypt(want[i:], plain[i:])
		}
		got, err = d.EncryptECB(plain)
		require.NoError(t, err)
		require.Equal(t, want, got)
		back, err = d.DecryptECB(got)
		require.NoError(t, err)
		require.Equal(t, plain, back)
		require.Equal(t, before, string(plain), "input is left alone")

		for _, n := range []int{0, 1, size - 1, size + 1} {
			for _, f := range []func([]byte) ([]byte, error){
				d.EncryptECB, d.DecryptECB,
				func(b []byte) ([]byte, error) { return d.EncryptCBC(iv, b) },
				func(b []byte) ([]byte, error) { return d.DecryptCBC(iv, b) },
				func(b []byte) ([]byte, error) { return d.EncryptCBC(make([]byte, len(b)), plain) },
				func(b []byte) ([]byte, error) { return d.DecryptCBC(make([]byte, len(b)), plain) },
			} {
				_, err := f(make([]byte, n))
				require.ErrorIs(t, err, dukpt.ErrDataSize, n)
			}
		}
	}
}

func TestZeroPad(t *testing.T) {
	t.Parallel()
	d, err := transaction(t, keys.TDES2).DataKey(dukpt.DataRequest, keys.TDES2)
	require.NoError(t, err)
	for n, want := range []int{8, 8, 8, 8, 8, 8, 8, 8, 8, 16} {
		require.Len(t, d.ZeroPad(make([]byte, n)), want)
	}
	require.Equal(t, "abc\x00\x00\x00\x00\x00", string(d.ZeroPad([]byte("abc"))))
	var none dukpt.DataKey
	require.Equal(t, "abc", string(none.ZeroPad([]byte("abc"))))
	require.Zero(t, none.BlockSize())
	_, err = none.EncryptECB([]byte("abc"))
	require.ErrorIs(t, err, keys.ErrZeroKey)
	_, err = none.DecryptCBC(nil, nil)
	require.ErrorIs(t, err, keys.ErrZeroKey)
}
