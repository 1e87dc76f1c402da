package diagnose

import (
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/keys/dukpt/intermediate"
)

// mistaken returns the keys that are taken for the PIN key of a transaction, with
// a right base and KSN.
func mistaken(b base, tx dukpt.Transaction) []derivedKey {
	out := otherPurposes(b, tx)
	if b.key.Usage() == keys.UsageBDK {
		if ik, err := dukpt.InitialKey(b.key, tx.KSN()); err == nil {
			out = append(out, derivedKey{step: step{
				what: "under the terminal's initial key itself",
				fix:  "The other side derives the initial key and stops there: the transaction's PIN key is derived from it with the counter in the KSN.",
				bits: 3,
			}, algorithm: ik.Algorithm(), bytes: cleartext.Bytes(ik)})
		}
	}
	raw := intermediate.TransactionKey(tx)
	if tx.KSN().IsAES() {
		return append(out, mistakenAES(b.key.Algorithm(), tx, raw)...)
	}
	return append(out, mistakenTDES(b, tx, raw)...)
}

// otherPurposes returns the working keys that are not for PINs.
func otherPurposes(b base, tx dukpt.Transaction) (out []derivedKey) {
	algorithms := []keys.Algorithm{b.key.Algorithm()}
	if tx.KSN().IsAES() {
		algorithms = append(algorithms, keys.TDES2)
	}
	for p := dukpt.PIN + 1; p.Valid(); p++ {
		for _, a := range algorithms {
			k, err := tx.WorkingKey(p, a)
			if err != nil {
				continue
			}
			out = append(out, derivedKey{step: step{
				what: "under the key of the transaction for another purpose, " + p.String() + ", instead of its PIN key",
				fix:  "The other side takes the wrong working key: PIN blocks are under the one for the purpose pin.",
				bits: 4,
			}, algorithm: a, bytes: cleartext.Bytes(k)})
		}
	}
	return out
}

// transactionKey is the classic mistake.
func transactionKey(a keys.Algorithm, raw []byte, fix string) derivedKey {
	return derivedKey{step: step{
		what: "under the transaction key itself instead of the PIN key made of it",
		fix:  fix,
		bits: 3,
	}, algorithm: a, bytes: raw}
}
