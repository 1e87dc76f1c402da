package lab

import (
	"errors"
	"slices"
	"strings"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/keys/dukpt/intermediate"
)

func (d *derivation) explain() (explain.Explanation, error) {
	switch d.purpose {
	case purposeInitial:
		return explain.DUKPTInitialKey(d.key, d.ksn)
	case purposeUpdate:
		return explain.DUKPTUpdateKey(d.key, d.ksn, d.a)
	}
	return explain.DUKPT(d.key, d.ksn, d.a)
}

// derive returns the key as hex digits.
func (d *derivation) derive() (string, error) {
	switch d.purpose {
	case purposeInitial:
		k, err := dukpt.InitialKey(d.key, d.ksn)
		return cleartext.Hex(k), err
	case purposeUpdate:
		k, err := d.update()
		return cleartext.Hex(k), err
	}
	tx, err := dukpt.Derive(d.key, d.ksn)
	if err != nil {
		return "", err
	}
	if d.purpose == purposeTransaction {
		return upperHex(intermediate.TransactionKey(tx)), nil
	}
	p, err := dukpt.ParsePurpose(d.purpose)
	if err != nil {
		return "", err
	}
	if d.hmac != 0 {
		k, err := tx.HMACKey(p, d.hmac)
		return upperHex(intermediate.HMACKey(k)), err
	}
	k, err := tx.WorkingKey(p, d.a)
	return cleartext.Hex(k), err
}

// askedFirst puts the key that was asked for before all others of the transaction.
// Some are the same: it is the one with the words of its purpose in its name.
func (d *derivation) askedFirst(answer []explain.Fact, key string) []explain.Fact {
	if d.purpose == purposeTransaction {
		tx := explain.Fact{Name: "transaction key", Value: key, Kind: explain.Key, Note: "not a working key: nothing is enciphered under it"}
		return slices.Insert(answer, 0, tx)
	}
	at := slices.IndexFunc(answer, func(f explain.Fact) bool {
		name := strings.ToLower(f.Name)
		return f.Value == key && !slices.ContainsFunc(strings.Split(d.purpose, "-"), func(word string) bool { return !strings.Contains(name, word) })
	})
	if at < 0 {
		return answer
	}
	return slices.Insert(slices.Delete(slices.Clone(answer), at, at+1), 0, answer[at])
}

// update returns the update key, which is of a cipher.
func (d *derivation) update() (keys.Key, error) {
	if d.hmac != 0 {
		return keys.Key{}, dukpt.ErrAlgorithm
	}
	return dukpt.UpdateKey(d.key, d.ksn, d.a)
}

// blameDUKPT says which field an error of a derivation is about.
func (f *form) blameDUKPT(err error, hmac bool) {
	switch {
	case errors.Is(err, dukpt.ErrCounterZero):
		f.wrong("ksn", "Give the KSN of a transaction, whose counter is 1 or more; with the counter 0 there is only the initial key.")
	case errors.Is(err, dukpt.ErrCounterBits), errors.Is(err, dukpt.ErrKSN), errors.Is(err, dukpt.ErrEndOfLife):
		f.wrongErr("ksn", err)
	case errors.Is(err, dukpt.ErrPurpose) && hmac:
		f.wrong("algorithm", "Choose another: HMAC keys are for the purposes mac request, mac response and mac both.")
	case errors.Is(err, dukpt.ErrPurpose):
		f.wrong("purpose", "Choose another: TDES DUKPT has keys for PINs, MACs and data alone.")
	case errors.Is(err, dukpt.ErrAlgorithm), errors.Is(err, dukpt.ErrStrength):
		f.wrong("algorithm", "Choose another: "+phrase(err)+".")
	default:
		f.wrongErr("key", err)
	}
}
