package explain

import (
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// DUKPT explains the keys of the transaction ksn: what the key serial number says, the
// way from key, a BDK (usage B0) or an initial key (B1), to the transaction key, and
// the working keys of algorithm a. The zero Algorithm is that of key. With purposes only
// the working keys for these are shown, without any all that there are.
//
// Errors are those of [dukpt.WorkingKey]. The explanation goes as far as they let it:
// of a KSN with too many one bits it has the KSN, with those marked, and the initial
// key.
func DUKPT(key keys.Key, ksn dukpt.KSN, a keys.Algorithm, purposes ...dukpt.Purpose) (Explanation, error) {
	d := dukptWalk{key: key, ksn: ksn}
	d.Title = "The DUKPT keys of transaction " + ksn.String()
	if a == 0 {
		a = key.Algorithm()
	}
	d.serialNumber()
	d.counter()
	return d.finish(d.initialKey, d.check, d.transactionKey, func() error { return d.workingKeys(a, purposes) })
}

// DUKPTInitialKey explains the initial key (once called IPEK) of the terminal that ksn
// names, under a BDK. The counter of ksn is not read. Errors are those of
// [dukpt.InitialKey].
func DUKPTInitialKey(bdk keys.Key, ksn dukpt.KSN) (Explanation, error) {
	d := dukptWalk{key: bdk, ksn: ksn}
	d.Title = "The DUKPT initial key of the terminal of " + ksn.String()
	d.serialNumber()
	return d.finish(d.isBDK, d.initialKey)
}

// DUKPTUpdateKey explains the key of algorithm a under which a host sends an AES DUKPT
// terminal its next initial key: X9.24-3:2017 has it at the counter FFFFFFFF, which is no
// transaction's. The counter of ksn is not read. Errors are those of [dukpt.UpdateKey].
func DUKPTUpdateKey(key keys.Key, ksn dukpt.KSN, a keys.Algorithm) (Explanation, error) {
	d := dukptWalk{key: key, ksn: ksn}
	d.Title = "The DUKPT update key of the terminal of " + ksn.String()
	if a == 0 {
		a = key.Algorithm()
	}
	d.serialNumber()
	return d.finish(d.initialKey, func() error { return d.updateKey(a, true) })
}

// dukptWalk is an explanation of DUKPT that is being written, and the keys on its way.
type dukptWalk struct {
	Explanation
	key keys.Key // BDK or initial key, as given
	ksn dukpt.KSN

	ik    keys.Key     // the initial key
	first []dukpt.Step // AES: down to the first transaction's PIN key
	tx    dukpt.Transaction
}

// finish takes steps until one fails.
func (d *dukptWalk) finish(steps ...func() error) (Explanation, error) {
	for _, step := range steps {
		if err := step(); err != nil {
			return d.Explanation, err
		}
	}
	return d.Explanation, nil
}

// check returns the library's opinion of the counter.
func (d *dukptWalk) check() error { return d.ksn.Check() }

// isBDK returns an error for an initial key: nothing is derived then.
func (d *dukptWalk) isBDK() error {
	_, err := dukpt.InitialKey(d.key, d.ksn)
	return err
}

// add appends a step.
func (d *dukptWalk) add(s Step) { d.Steps = append(d.Steps, s) }

// answer appends a key to the answers.
func (d *dukptWalk) answer(name string, k keys.Key) {
	d.Answer = append(d.Answer, keyFact(name, k))
}

// keyFact is a key and what it is.
func keyFact(name string, k keys.Key) Fact {
	return Fact{Name: name, Value: cleartext.Hex(k), Kind: Key, Note: k.Algorithm().String() + ", usage " + string(k.Usage()) + ", KCV " + k.KCV()}
}
