package diagnose

import (
	"crypto/aes"
	"encoding/binary"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// mistakenAES returns what is made of a transaction key of AES DUKPT with the
// wrong key type, and what is used as another type than it was made for.
func mistakenAES(bdk keys.Algorithm, tx dukpt.Transaction, raw []byte) []derivedKey {
	out := []derivedKey{transactionKey(bdk, raw, "The PIN key is derived from the transaction key in one more step (X9.24-3 6.3): the other side leaves it out.")}
	if len(raw) == 16 {
		double := transactionKey(keys.TDES2, raw, "The PIN key is derived from the transaction key in one more step (X9.24-3 6.3): the other side leaves it out.")
		double.bits = 6
		out = append(out, double)
	}
	made := map[keys.Algorithm][]byte{}
	for a := keys.TDES2; a.Valid(); a++ {
		if k, err := tx.WorkingKey(dukpt.PIN, a); err == nil {
			made[a] = cleartext.Bytes(k)
			out = append(out, otherType(a, made[a]))
		} else {
			out = append(out, tooStrong(a, strongKey(a, tx, raw)))
		}
	}
	return append(out, crossed(made)...)
}

// otherType is a PIN key of a type that is not the BDK's, which both sides may
// have agreed on.
func otherType(a keys.Algorithm, raw []byte) derivedKey {
	return derivedKey{step: step{
		what: "under a PIN key of the type " + said(a) + ", which is not that of the BDK",
		fix: "That is right if both sides have agreed on it: derive the PIN key as " + a.String() +
			" (--pin-key-algorithm). If not, the other side asks for the wrong type of working key.",
		bits: 2,
	}, algorithm: a, bytes: raw}
}

func tooStrong(a keys.Algorithm, raw []byte) derivedKey {
	return derivedKey{step: step{
		what: "under a PIN key of the type " + said(a) + ", which is stronger than the BDK",
		fix:  "No working key may be stronger than the BDK (X9.24-3 6.2): the other side must ask for a weaker type, or the BDK be a stronger one.",
		bits: 5,
	}, algorithm: a, bytes: raw}
}

// crossed returns keys made as one type and used as another.
func crossed(made map[keys.Algorithm][]byte) (out []derivedKey) {
	for from := keys.TDES2; from.Valid(); from++ {
		raw := made[from]
		for to := keys.TDES2; to.Valid(); to++ {
			if to == from || to.KeySize() > len(raw) {
				continue
			}
			out = append(out, derivedKey{step: step{
				what: "under a PIN key that was derived as " + said(from) + " and used as " + said(to),
				fix:  "The type in the derivation data must be that of the key's use: the other side has " + said(from) + " there.",
				bits: 5,
			}, algorithm: to, bytes: raw[:to.KeySize()]})
		}
	}
	return out
}

// strongKey derives a PIN key that the standard does not allow, X9.24-3:2017
// 6.3.3: package dukpt refuses it.
func strongKey(a keys.Algorithm, tx dukpt.Transaction, raw []byte) []byte {
	indicator := map[keys.Algorithm]uint16{keys.AES192: 3, keys.AES256: 4}[a]
	c, err := aes.NewCipher(raw)
	if err != nil || indicator == 0 {
		return nil
	}
	out := make([]byte, 32)
	for i := range 2 {
		data := out[16*i : 16*i+16]
		data[0], data[1] = 1, byte(i+1)
		binary.BigEndian.PutUint16(data[2:], 0x1000) // PIN encryption
		binary.BigEndian.PutUint16(data[4:], indicator)
		binary.BigEndian.PutUint16(data[6:], uint16(8*a.KeySize()))
		copy(data[8:], tx.KSN().Bytes()[4:])
		c.Encrypt(data, data)
	}
	return out[:a.KeySize()]
}
