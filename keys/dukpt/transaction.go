package dukpt

import (
	"github.com/pinion-hsm/pinion/internal/secret"
	"github.com/pinion-hsm/pinion/keys"
)

// Transaction has all the keys of one transaction, on either side: [Derive]
// returns it to the host and [Terminal.Next] to the terminal. It is the way where
// more than one key is needed, since a derivation takes up to 17 steps and only
// the last differs.
//
// Like a key a Transaction does not print, and cannot be marshalled. It is safe
// for concurrent use. The zero Transaction is invalid: its methods return
// [keys.ErrZeroKey].
type Transaction struct {
	hidden
	ksn KSN
	alg keys.Algorithm // of the initial key
	key secret.Bytes
}

// Derive returns the transaction ksn under k, a BDK (usage B0) or an initial key
// (B1). The errors are those of [PINKey].
func Derive(k keys.Key, ksn KSN) (Transaction, error) {
	n, err := transactionNode(k, ksn)
	defer n.clear()
	if err != nil {
		return Transaction{}, err
	}
	return n.transaction(ksn), nil
}

func (n *node) transaction(ksn KSN) Transaction {
	return Transaction{ksn: ksn, alg: n.alg, key: secret.New(n.bytes())}
}

// IsZero reports whether t is the zero Transaction.
func (t Transaction) IsZero() bool { return t.ksn.IsZero() }

// KSN returns the key serial number of the transaction, which goes with its
// messages.
func (t Transaction) KSN() KSN { return t.ksn }

// Algorithm returns the algorithm of the BDK and the initial key, that of the PIN
// key unless another has been agreed on.
func (t Transaction) Algorithm() keys.Algorithm { return t.alg }

// PINKey returns the key for the transaction's PIN block, as the function
// [PINKey] does.
func (t Transaction) PINKey() (keys.Key, error) { return t.WorkingKey(PIN, t.alg) }

// WorkingKey returns the key for a purpose, as the function [WorkingKey] does.
// Errors are [ErrPurpose], [ErrAlgorithm] and [ErrStrength].
func (t Transaction) WorkingKey(p Purpose, a keys.Algorithm) (keys.Key, error) {
	n, err := t.node()
	defer n.clear()
	if err != nil {
		return keys.Key{}, err
	}
	return n.workingKey(t.ksn, p, a)
}

// node returns the node of the transaction key.
func (t Transaction) node() (*node, error) {
	if t.IsZero() {
		return nil, keys.ErrZeroKey
	}
	n := &node{alg: t.alg}
	secret.Lend(t.key, func(raw []byte) { copy(n.key[:], raw) })
	return n, nil
}
