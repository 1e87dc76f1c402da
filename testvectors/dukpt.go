package testvectors

import (
	"context"
	"errors"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// What the operations of TDES and AES DUKPT have in common.
type (
	bdkKSNIn struct {
		BDK string `json:"bdk"`
		KSN string `json:"ksn"`
	}
	ksnIn struct {
		KSN string `json:"ksn"`
	}
	ikOut struct {
		IK string `json:"ik"`
	}
	txnOut struct {
		TxnKey string `json:"txn_key"`
	}
)

// ksn returns a key serial number.
func (c *inputs) ksn(text string) dukpt.KSN {
	k, err := dukpt.ParseKSN(text)
	c.note(err)
	return k
}

// ikid returns the KSN of an initial key: its ID, before the first transaction.
func (c *inputs) ikid(text string) dukpt.KSN { return c.ksn(text + "00000000") }

// bdkTDES returns a BDK of TDES DUKPT. One that is refused as weak is noted for its
// length too, if it has the wrong one: single DES is both, and so is K1, K2, K1.
func (c *inputs) bdkTDES(text string) keys.Key {
	bdk, err := cleartext.ParseTDES(text, keys.UsageBDK)
	c.note(err)
	if errors.Is(err, keys.ErrWeak) && len(text) != 2*keys.TDES2.KeySize() {
		c.note(keys.ErrKeySize)
	}
	return bdk
}

// bdkAES returns a BDK of AES DUKPT.
func (c *inputs) bdkAES(text string) keys.Key {
	bdk, err := cleartext.ParseAES(text, keys.UsageBDK)
	c.note(err)
	return bdk
}

// nextKSN returns the operation for KSNs of one scheme.
func nextKSN(aes bool) func(context.Context, *Vector, ksnIn) (ksnIn, error) {
	return func(_ context.Context, _ *Vector, in ksnIn) (ksnIn, error) {
		var c inputs
		ksn := c.ksn(in.KSN)
		if err := c.refused(); err != nil {
			return ksnIn{}, err
		}
		if ksn.IsAES() != aes {
			return ksnIn{}, dukpt.ErrScheme
		}
		next, err := ksn.Next()
		return ksnIn{next.String()}, err
	}
}

// purposeNamed returns the purpose of a usage by its name in the vectors, which
// are those of the terminal's side: what it makes is a request. The schema says
// which of them an operation has.
func purposeNamed(name string) (dukpt.Purpose, error) {
	p, ok := map[string]dukpt.Purpose{
		"pin":            dukpt.PIN,
		"mac_req":        dukpt.MACRequest,
		"mac_rsp":        dukpt.MACResponse,
		"mac_gen":        dukpt.MACRequest,
		"mac_ver":        dukpt.MACResponse,
		"mac_both":       dukpt.MACBoth,
		"data_req":       dukpt.DataRequest,
		"data_rsp":       dukpt.DataResponse,
		"data_enc":       dukpt.DataRequest,
		"data_dec":       dukpt.DataResponse,
		"data_both":      dukpt.DataBoth,
		"key_encryption": dukpt.KeyEncryption,
		"derivation":     dukpt.KeyDerivation,
	}[name]
	if !ok {
		return 0, unknown("usage", name)
	}
	return p, nil
}

// directed returns one of two purposes by the direction of a message.
func directed(direction string, request, response dukpt.Purpose) (dukpt.Purpose, error) {
	switch direction {
	case "request":
		return request, nil
	case "response":
		return response, nil
	}
	return 0, unknown("direction", direction)
}

// algorithmNamed returns an algorithm by its name in the vectors.
func algorithmNamed(name string) (keys.Algorithm, error) {
	a, err := keys.ParseAlgorithm(name)
	if err != nil || a.String() != name {
		return 0, unknown("type", name)
	}
	return a, nil
}

// hmacNamed returns the length of an HMAC key by the name of its type, and
// whether the name is one.
func hmacNamed(name string) (dukpt.HMACLength, bool) {
	n, ok := map[string]dukpt.HMACLength{"HMAC128": dukpt.HMAC128, "HMAC192": dukpt.HMAC192, "HMAC256": dukpt.HMAC256}[name]
	return n, ok
}
