package explain

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/keys/dukpt/intermediate"
)

// aesWorkingKeys shows the working keys of an AES transaction.
func (d *dukptWalk) aesWorkingKeys(a keys.Algorithm, purposes []dukpt.Purpose) error {
	for _, p := range purposes {
		k, err := d.tx.WorkingKey(p, a)
		if err != nil {
			return err
		}
		v, err := d.working(p, a)
		if err != nil {
			return err
		}
		rows, key, err := v.rows(purposeNames[p])
		if err != nil {
			return err
		}
		if !bytes.Equal(key, cleartext.Bytes(k)) {
			return errNotTheLibrary
		}
		d.answer(purposeNames[p], k)
		d.add(Step{
			Title: "Derive the " + purposeNames[p],
			Why:   "The transaction key enciphers data that say what the key is for, X9.24-3:2017 6.3.3.",
			Rows:  rows,
			Facts: []Fact{keyUse(k)},
		})
	}
	return nil
}

// working is the derivation of a working key.
func (d *dukptWalk) working(p dukpt.Purpose, a keys.Algorithm) (aesDerivation, error) {
	steps, err := dukpt.Steps(d.key.Algorithm(), d.ksn, p, a)
	if err != nil {
		return aesDerivation{}, err
	}
	return aesDerivation{
		parent: d.derivationKey(d.transaction()), parentName: "transaction key", data: steps[len(steps)-1].Data, size: a.KeySize(),
		usage: purposeNames[p], algorithm: a.String(),
	}, nil
}

// pinKeys shows the PIN keys of all algorithms: which one it is is agreed on, and the
// KSN does not say it.
func (d *dukptWalk) pinKeys() error {
	s := Step{
		Title: "Compare the PIN keys of all algorithms",
		Why:   "Terminal and host agree on the algorithm; the KSN does not tell it. If a block does not open, try the others. None may be stronger than the BDK.",
	}
	for a := keys.TDES2; a.Valid(); a++ {
		k, err := d.tx.WorkingKey(dukpt.PIN, a)
		switch {
		case errors.Is(err, dukpt.ErrStrength):
			s.Facts = append(s.Facts, Fact{Name: a.String(), Value: "none", Note: "stronger than the BDK"})
		case err != nil:
			return err
		default:
			s.Facts = append(s.Facts, Fact{Name: a.String(), Value: cleartext.Hex(k), Kind: Key, Note: "KCV " + k.KCV()})
		}
	}
	d.add(s)
	return nil
}

// hmacIndicator is the algorithm of HMAC keys in derivation data, X9.24-3:2017 6.3.2
// table 2.
const hmacIndicator = 0x0005

// hmacLengths are the HMAC keys, and the ciphers whose keys are as long.
var hmacLengths = []struct {
	length dukpt.HMACLength
	like   keys.Algorithm
}{{dukpt.HMAC128, keys.AES128}, {dukpt.HMAC192, keys.AES192}, {dukpt.HMAC256, keys.AES256}}

// hmacKeys shows the HMAC keys for those of the purposes that are MACs.
func (d *dukptWalk) hmacKeys(purposes []dukpt.Purpose) error {
	for _, p := range purposes {
		s := Step{
			Title: "Derive the " + hmacName(p, "HMAC keys"),
			Why:   "Where MACs are HMACs the algorithm in the data is another, X9.24-3:2017 6.3.2. The key may be of several lengths.",
			Rows:  []Row{keyRow("transaction key", d.transaction())},
		}
		for _, h := range hmacLengths {
			k, err := d.tx.HMACKey(p, h.length)
			if errors.Is(err, dukpt.ErrPurpose) || errors.Is(err, dukpt.ErrStrength) {
				continue // no MAC, or stronger than the BDK
			}
			if err != nil {
				return err
			}
			rows, err := d.hmacKey(p, h.like, intermediate.HMACKey(k))
			if err != nil {
				return err
			}
			s.Rows = append(s.Rows, rows...)
		}
		if len(s.Rows) > 1 {
			d.add(s)
		}
	}
	return nil
}

// hmacKey returns the rows of one HMAC key: its derivation data are those of a
// cipher's key as long, with another algorithm indicator.
func (d *dukptWalk) hmacKey(p dukpt.Purpose, like keys.Algorithm, want []byte) ([]Row, error) {
	v, err := d.working(p, like)
	if err != nil {
		return nil, err
	}
	for i := 0; i < len(v.data); i += 16 {
		binary.BigEndian.PutUint16(v.data[i+4:], hmacIndicator)
	}
	v.algorithm = "HMAC"
	name := hmacName(p, fmt.Sprintf("HMAC key of %d bits", 8*len(want)))
	rows, key, err := v.rows(name)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(key, want) {
		return nil, errNotTheLibrary
	}
	d.Answer = append(d.Answer, Fact{Name: name, Value: upperHex(key), Kind: Key})
	return rows[1:], nil // the transaction key is above all of them
}

// hmacName is the name of a MAC key with another word for the key.
func hmacName(p dukpt.Purpose, key string) string {
	return strings.Replace(purposeNames[p], "MAC key", key, 1)
}
