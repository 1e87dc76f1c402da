package dukpt

import (
	"encoding/binary"

	"github.com/pinion-hsm/pinion/internal/secret"
	"github.com/pinion-hsm/pinion/keys"
)

// maxKeySize is the length of the longest key, AES-256.
const maxKeySize = 32

// node is a key of the derivation tree, and room to make others from it. Below
// the BDK is the initial key, and below that a key for each counter: its parent
// is that of the counter without its lowest one bit. Both schemes have this tree,
// and differ in how a child is made.
//
// A node moves down the tree in place. It never leaves this package: whoever gets
// one, with an error or without, clears it in the end.
type node struct {
	alg  keys.Algorithm
	key  [maxKeySize]byte // the first alg.KeySize() bytes
	next [maxKeySize]byte
	data [16]byte
}

// newNode returns the node of k, which is a BDK or an initial key. The errors are
// those of the wrong key.
func newNode(k keys.Key, ksn KSN) (*node, error) {
	switch {
	case k.IsZero():
		return nil, keys.ErrZeroKey
	case ksn.IsZero():
		return nil, ErrKSN
	case k.Usage() != keys.UsageBDK && k.Usage() != keys.UsageInitialKey:
		return nil, keys.ErrUsage
	case ksn.IsAES() != (k.BlockSize() == 16):
		return nil, ErrScheme
	case !ksn.IsAES() && k.Algorithm() != keys.TDES2:
		return nil, keys.ErrKeySize // X9.24-1 has double length keys only
	}
	n := &node{alg: k.Algorithm()}
	secret.Lend(k.Secret(), func(raw []byte) { copy(n.key[:], raw) })
	return n, nil
}

// initialNode is newNode, and if k is a BDK then a step down.
func initialNode(k keys.Key, ksn KSN) (*node, error) {
	n, err := newNode(k, ksn)
	if err == nil && k.Usage() == keys.UsageBDK {
		err = n.initial(ksn)
	}
	return n, err
}

// transactionNode returns the node of a transaction.
func transactionNode(k keys.Key, ksn KSN) (*node, error) {
	n, err := initialNode(k, ksn)
	if err == nil {
		err = ksn.Check()
	}
	if err == nil {
		err = n.walk(ksn, ksn.Counter())
	}
	return n, err
}

// clear is for a node that is no longer needed; there may be none.
func (n *node) clear() {
	if n != nil {
		*n = node{}
	}
}

func (n *node) bytes() []byte { return n.key[:n.alg.KeySize()] }

// initial goes from a BDK to an initial key.
func (n *node) initial(ksn KSN) error {
	if ksn.IsAES() {
		return n.follow(initialStep(n.alg, ksn))
	}
	id := ksn.InitialKeyID()
	n.tdes((*tdesKey).initial, binary.BigEndian.Uint64(id[:]))
	return nil
}

// child goes from a key of the tree to one below it: counter has one more bit
// than that of the key, to the right of its others.
func (n *node) child(ksn KSN, counter uint32) error {
	if ksn.IsAES() {
		return n.follow(intermediateStep(n.alg, ksn, counter))
	}
	n.tdes((*tdesKey).child, ksn.register(counter))
	return nil
}

// walk goes from an initial key to that of a counter.
func (n *node) walk(ksn KSN, counter uint32) error {
	for at := range prefixes(counter) {
		if err := n.child(ksn, at); err != nil {
			return err
		}
	}
	return nil
}

// working goes from a transaction key to the working key for a purpose.
func (n *node) working(ksn KSN, p Purpose, a keys.Algorithm) error {
	if !p.Valid() {
		return ErrPurpose
	}
	if ksn.IsAES() {
		s, err := workingStep(n.alg, ksn, p, a)
		if err != nil {
			return err
		}
		return n.follow(s)
	}
	switch {
	case purposes[p].variant == 0:
		return ErrPurpose
	case a != keys.TDES2:
		return ErrAlgorithm
	}
	derive := (*tdesKey).variant
	if p.data() {
		derive = (*tdesKey).dataKey
	}
	n.tdes(derive, purposes[p].variant)
	return nil
}

// workingKey is working, and the key.
func (n *node) workingKey(ksn KSN, p Purpose, a keys.Algorithm) (keys.Key, error) {
	if err := n.working(ksn, p, a); err != nil {
		return keys.Key{}, err
	}
	return keys.FromSecret(a, p.usage(a), secret.New(n.key[:a.KeySize()]))
}
