package testvectors

import (
	"context"
	"errors"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/keys/dukpt/intermediate"
)

// AES DUKPT. A device has a part in the PIN blocks alone.
func init() {
	define("dukpt.aes.ik", aesIK, nil)
	define("dukpt.aes.txn", aesTxn, nil)
	define("dukpt.aes.working_key", aesWorkingKey, nil)
	define("dukpt.aes.update_key", aesUpdateKey, nil)
	define("dukpt.aes.next_ksn", nextKSN(true), nil)
	define("dukpt.aes.decrypt_pin", aesDecryptPIN, aesDecryptPINOn)
}

type (
	bdkIKIDIn struct {
		BDK  string `json:"bdk"`
		IKID string `json:"ikid"`
	}
	aesWorkingKeyIn struct {
		bdkKSNIn
		Usage string `json:"usage"`
		Type  string `json:"type"`
	}
	aesUpdateKeyIn struct {
		bdkIKIDIn
		Type    string `json:"type"`
		Counter string `json:"counter"`
	}
	aesDecryptPINIn struct {
		tdesDecryptPINIn
		Type *string `json:"type,omitempty"`
	}
)

// aes returns BDK and KSN.
func (in *bdkKSNIn) aes(c *inputs) (keys.Key, dukpt.KSN) { return c.bdkAES(in.BDK), c.ksn(in.KSN) }

// aes returns BDK and the KSN of its initial key.
func (in *bdkIKIDIn) aes(c *inputs) (keys.Key, dukpt.KSN) { return c.bdkAES(in.BDK), c.ikid(in.IKID) }

func aesIK(_ context.Context, _ *Vector, in bdkIKIDIn) (ikOut, error) {
	var c inputs
	bdk, ksn := in.aes(&c)
	if err := c.refused(); err != nil {
		return ikOut{}, err
	}
	ik, err := dukpt.InitialKey(bdk, ksn)
	return ikOut{cleartext.Hex(ik)}, err
}

func aesTxn(_ context.Context, _ *Vector, in bdkKSNIn) (txnOut, error) {
	var c inputs
	bdk, ksn := in.aes(&c)
	if err := c.refused(); err != nil {
		return txnOut{}, err
	}
	tx, err := dukpt.Derive(bdk, ksn)
	return txnOut{upper(intermediate.TransactionKey(tx))}, err
}

func aesWorkingKey(_ context.Context, _ *Vector, in aesWorkingKeyIn) (keyIn, error) {
	var c inputs
	p, err := purposeNamed(in.Usage)
	if err != nil {
		return keyIn{}, err
	}
	if n, ok := hmacNamed(in.Type); ok {
		key, err := hmacKey(&c, &in.bdkKSNIn, p, n)
		return keyIn{upper(intermediate.HMACKey(key))}, err
	}
	a, err := algorithmNamed(in.Type)
	if err != nil {
		return keyIn{}, err
	}
	bdk, ksn := in.aes(&c)
	if err := c.refused(); err != nil {
		return keyIn{}, err
	}
	key, err := dukpt.WorkingKey(bdk, ksn, p, a)
	return keyIn{cleartext.Hex(key)}, err
}

// aesUpdateKey is for one counter only, the one that is no transaction's.
func aesUpdateKey(_ context.Context, _ *Vector, in aesUpdateKeyIn) (keyIn, error) {
	var c inputs
	a, err := algorithmNamed(in.Type)
	if err != nil {
		return keyIn{}, err
	}
	if in.Counter != "FFFFFFFF" {
		return keyIn{}, errors.New("the counter of an update key is FFFFFFFF")
	}
	bdk, ksn := in.aes(&c)
	if err := c.refused(); err != nil {
		return keyIn{}, err
	}
	key, err := dukpt.UpdateKey(bdk, ksn, a)
	return keyIn{cleartext.Hex(key)}, err
}

// values returns what to decipher. Without a type the key is the usual one.
func (in *aesDecryptPINIn) values() (s sealed, err error) {
	var c inputs
	if s.format, err = c.format(in.Format, settings{}); err != nil {
		return s, err
	}
	if in.Type != nil {
		if s.algorithm, err = algorithmNamed(*in.Type); err != nil {
			return s, err
		}
	}
	s.block, s.pan = c.block(in.Block), c.pan(in.PAN)
	s.key, s.ksn = in.aes(&c)
	return s, c.refused()
}

func aesDecryptPIN(ctx context.Context, _ *Vector, in aesDecryptPINIn) (pinOut, error) {
	s, err := in.values()
	if err != nil {
		return pinOut{}, err
	}
	return s.open(ctx)
}

func aesDecryptPINOn(ctx context.Context, b *bench, _ *Vector, in aesDecryptPINIn, want *pinOut) (pinOut, error) {
	s, err := in.values()
	if err != nil {
		return pinOut{}, err
	}
	return s.openOn(ctx, b, want)
}

// hmacKey returns an HMAC key, or what was refused so far.
func hmacKey(c *inputs, in *bdkKSNIn, p dukpt.Purpose, n dukpt.HMACLength) (dukpt.HMACKey, error) {
	bdk, ksn := in.aes(c)
	if err := c.refused(); err != nil {
		return dukpt.HMACKey{}, err
	}
	tx, err := dukpt.Derive(bdk, ksn)
	if err != nil {
		return dukpt.HMACKey{}, err
	}
	return tx.HMACKey(p, n)
}
