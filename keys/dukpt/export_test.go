package dukpt

import "github.com/pinion-hsm/pinion/keys"

// DeriveUnchecked is Derive for any counter, also one that no terminal has.
func DeriveUnchecked(k keys.Key, ksn KSN) (Transaction, error) {
	n, err := initialNode(k, ksn)
	defer n.clear()
	if err == nil {
		err = n.walk(ksn, ksn.Counter())
	}
	if err != nil {
		return Transaction{}, err
	}
	return n.transaction(ksn), nil
}
