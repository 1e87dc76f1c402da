package explain

import (
	"bytes"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// updateCounter is that of the update key: all one bits, which no transaction has.
const updateCounter = 0xffffffff

// updateKey shows the update key of algorithm a, and if asked the long way to it.
func (d *dukptWalk) updateKey(a keys.Algorithm, way bool) error {
	k, err := dukpt.UpdateKey(d.key, d.ksn, a)
	if err != nil {
		return err
	}
	tree, above, err := d.updateTree()
	if err != nil {
		return err
	}
	v, err := d.updateDerivation(above, a)
	if err != nil {
		return err
	}
	rows, key, err := v.rows("update key")
	if err != nil {
		return err
	}
	if !bytes.Equal(key, cleartext.Bytes(k)) {
		return errNotTheLibrary
	}
	d.answer("update key", k)
	s := Step{
		Title: "Derive the update key",
		Why: "Under it the host sends the terminal its next initial key. It is the key for key encryption of the counter FFFFFFFF, " +
			"32 steps down, and no transaction's.",
		Rows:  rows,
		Facts: []Fact{keyUse(k)},
	}
	if way {
		s.Tree = tree
	}
	d.add(s)
	return nil
}

// updateTree returns the way from the initial key to the key of the counter FFFFFFFF,
// and that key. The library has no key for most of these counters: they are derived
// here from one it has, and the update key shows whether they are right.
func (d *dukptWalk) updateTree() (*Node, []byte, error) {
	key := cleartext.Bytes(d.ik)
	tree := &Node{Name: "initial key", Value: upperHex(key), Kind: Key, OnPath: true}
	at := tree
	for _, c := range countersTo(updateCounter) {
		var err error
		if _, key, err = d.intermediate(key, "", c).rows(""); err != nil {
			return nil, nil, err
		}
		at.Children = []Node{{Name: "counter " + counterText(d.ksn, c), Value: upperHex(key), Kind: Key, OnPath: true}}
		at = &at.Children[0]
	}
	at.Note = "no working key"
	return tree, key, nil
}

// updateDerivation is the last one, to the update key.
func (d *dukptWalk) updateDerivation(above []byte, a keys.Algorithm) (aesDerivation, error) {
	first, err := dukpt.Steps(d.key.Algorithm(), withCounter(d.ksn, 1), dukpt.KeyEncryption, a)
	if err != nil {
		return aesDerivation{}, err
	}
	return aesDerivation{
		parent: d.derivationKey(above), parentName: d.parentName(updateCounter), size: a.KeySize(),
		data:  dataWithCounter(first[len(first)-1].Data, updateCounter),
		usage: purposeNames[dukpt.KeyEncryption], algorithm: a.String(),
	}, nil
}
