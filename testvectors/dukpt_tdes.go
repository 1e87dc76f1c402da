package testvectors

import (
	"context"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/keys/dukpt/intermediate"
)

// TDES DUKPT. A device has a part in the PIN blocks alone, which are in another
// file.
func init() {
	define("dukpt.tdes.ik", tdesIK, nil)
	define("dukpt.tdes.txn", tdesTxn, nil)
	define("dukpt.tdes.working_key", tdesWorkingKey, nil)
	define("dukpt.tdes.next_ksn", nextKSN(false), nil)
	define("dukpt.tdes.mac", tdesMAC(dukpt.MACKey.RetailMAC), nil)
	define("dukpt.tdes.cmac", tdesMAC(dukpt.MACKey.CMAC), nil)
	define("dukpt.tdes.cmac_hex", tdesMAC(dukpt.MACKey.CMAC), nil)
	define("dukpt.tdes.encrypt_data", tdesEncryptData, nil)
}

type (
	tdesWorkingKeyIn struct {
		bdkKSNIn
		Usage string `json:"usage"`
	}
	macOut struct {
		MAC string `json:"mac"`
	}
	dataOut struct {
		Data string `json:"data"`
	}
)

// tdes returns BDK and KSN.
func (in *bdkKSNIn) tdes(c *inputs) (keys.Key, dukpt.KSN) { return c.bdkTDES(in.BDK), c.ksn(in.KSN) }

func tdesIK(_ context.Context, _ *Vector, in bdkKSNIn) (ikOut, error) {
	var c inputs
	bdk, ksn := in.tdes(&c)
	if err := c.refused(); err != nil {
		return ikOut{}, err
	}
	ik, err := dukpt.InitialKey(bdk, ksn)
	return ikOut{cleartext.Hex(ik)}, err
}

func tdesTxn(_ context.Context, _ *Vector, in bdkKSNIn) (txnOut, error) {
	var c inputs
	bdk, ksn := in.tdes(&c)
	if err := c.refused(); err != nil {
		return txnOut{}, err
	}
	tx, err := dukpt.Derive(bdk, ksn)
	return txnOut{upper(intermediate.TransactionKey(tx))}, err
}

func tdesWorkingKey(_ context.Context, _ *Vector, in tdesWorkingKeyIn) (keyIn, error) {
	var c inputs
	p, err := purposeNamed(in.Usage)
	if err != nil {
		return keyIn{}, err
	}
	bdk, ksn := in.tdes(&c)
	if err := c.refused(); err != nil {
		return keyIn{}, err
	}
	key, err := dukpt.WorkingKey(bdk, ksn, p, bdk.Algorithm())
	return keyIn{cleartext.Hex(key)}, err
}

// tdesMAC returns the operation for one kind of MAC.
func tdesMAC(sum func(dukpt.MACKey, []byte) ([]byte, error)) func(context.Context, *Vector, macIn) (macOut, error) {
	return func(_ context.Context, _ *Vector, in macIn) (macOut, error) {
		var c inputs
		p, err := in.purpose()
		if err != nil {
			return macOut{}, err
		}
		msg, err := in.message(&c)
		if err != nil {
			return macOut{}, err
		}
		bdk, ksn := in.tdes(&c)
		if err := c.refused(); err != nil {
			return macOut{}, err
		}
		key, err := macKey(bdk, ksn, p, bdk.Algorithm())
		if err != nil {
			return macOut{}, err
		}
		mac, err := in.cut(sum(key, msg))
		return macOut{mac}, err
	}
}

func tdesEncryptData(_ context.Context, _ *Vector, in cipherIn) (dataOut, error) {
	var c inputs
	bdk, ksn := in.tdes(&c)
	data, err := in.encipher(&c, bdk, ksn, bdk.Algorithm())
	return dataOut{data}, err
}
