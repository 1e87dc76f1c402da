package explain

import (
	"math/bits"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/keys/dukpt/intermediate"
)

// initialKey shows how the initial key comes from the BDK, or that it was given.
func (d *dukptWalk) initialKey() error {
	// The first transaction of the terminal tells whether key and KSN go together.
	first, err := dukpt.Derive(d.key, withCounter(d.ksn, 1))
	if err != nil {
		return err
	}
	d.ik = d.key
	if d.ksn.IsAES() {
		if d.first, err = dukpt.Steps(d.key.Algorithm(), first.KSN(), dukpt.PIN, d.key.Algorithm()); err != nil {
			return err
		}
	}
	if d.key.Usage() == keys.UsageInitialKey {
		d.add(Step{
			Title: "Take the initial key",
			Why:   "It was given, and the BDK is not needed.",
			Rows:  []Row{keyRow("initial key", cleartext.Bytes(d.ik))},
			Facts: []Fact{{Name: "KCV", Value: d.ik.KCV()}},
		})
		return nil
	}
	if d.ik, err = dukpt.InitialKey(d.key, d.ksn); err != nil {
		return err
	}
	d.answer("initial key", d.ik)
	if d.ksn.IsAES() {
		return d.aesInitialKey()
	}
	return d.tdesInitialKey()
}

// transactionKey shows the way from the initial key down to the transaction key.
func (d *dukptWalk) transactionKey() (err error) {
	if d.tx, err = dukpt.Derive(d.key, d.ksn); err != nil {
		return err
	}
	path := countersTo(d.ksn.Counter())
	tree, err := d.tree(path)
	if err != nil {
		return err
	}
	d.add(Step{
		Title: "Go down the tree to the transaction key",
		Why: "For each one bit of the counter, from the left, a key is made of the one above it. " +
			"The starred keys are on the way; of the others some are shown.",
		Facts: []Fact{{Name: "transaction key", Value: upperHex(d.transaction()), Kind: Key, Note: "not a working key: nothing is enciphered under it"}},
		Tree:  tree,
	})
	parent := uint32(0)
	if len(path) > 1 {
		parent = path[len(path)-2]
	}
	if d.ksn.IsAES() {
		return d.aesLastStep(parent)
	}
	return d.tdesLastStep(parent)
}

func (d *dukptWalk) transaction() []byte { return intermediate.TransactionKey(d.tx) }

// keyOf returns the key of a counter, of which 0 is the initial key.
func (d *dukptWalk) keyOf(counter uint32) ([]byte, error) {
	if counter == 0 {
		return cleartext.Bytes(d.ik), nil
	}
	tx, err := dukpt.Derive(d.ik, withCounter(d.ksn, counter))
	if err != nil {
		return nil, err
	}
	return intermediate.TransactionKey(tx), nil
}

// inputOf says what makes the key of a counter of the one above it.
func (d *dukptWalk) inputOf(counter uint32) string {
	if d.ksn.IsAES() {
		return "data " + upperHex(d.intermediateData(counter)[:16])
	}
	return "register " + upperHex(registerOf(d.ksn, counter))
}

// countersTo are the counters on the way to c: its one bits, one after the other from
// the left.
func countersTo(c uint32) (path []uint32) {
	for at := uint32(0); at != c; {
		at |= 1 << (bits.Len32(c^at) - 1)
		path = append(path, at)
	}
	return path
}
