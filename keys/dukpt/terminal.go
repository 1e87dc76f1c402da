package dukpt

import (
	"math/bits"
	"sync"

	"github.com/pinion-hsm/pinion/keys"
)

// Terminal is the terminal's side of DUKPT: it has the keys of transactions to
// come and none of those that were, so that whoever opens it learns nothing about
// the past. It is for simulators and tests, in which it behaves as a terminal
// does, and safe for concurrent use. It does not print. The zero Terminal has no
// keys: Next returns [ErrEndOfLife].
type Terminal struct {
	hidden
	mu  sync.Mutex
	ksn KSN // of the last transaction
	alg keys.Algorithm
	// state is behind a func for the reason that keys are: fmt prints what is in
	// unexported fields. It is nil when there are no keys any more.
	state func(use func(*registers) error) error
}

// registers are the future key registers, X9.24-1:2009 A.1: the key in the one with
// number i is that of the next counter whose lowest one bit is bit i.
type registers struct {
	future [32][maxKeySize]byte
	node   node // to make keys in
}

// NewTerminal returns a terminal with the initial key ik, of usage B1. ksn is that
// of its last transaction, or has the counter zero if there was none: a terminal
// can go on where another of the same initial key left off.
//
// Errors are those of [InitialKey], [ErrCounterBits], and [ErrEndOfLife] if ksn was
// the last transaction of all.
func NewTerminal(ik keys.Key, ksn KSN) (*Terminal, error) {
	n, err := newNode(ik, ksn)
	defer n.clear()
	if err != nil {
		return nil, err
	}
	if ik.Usage() != keys.UsageInitialKey {
		return nil, keys.ErrUsage
	}
	if ksn.Counter() != 0 {
		if err := ksn.Check(); err != nil {
			return nil, err
		}
	}
	next, err := ksn.Next()
	if err != nil {
		return nil, err
	}
	r := new(registers)
	if err := r.fill(n, next); err != nil {
		return nil, err
	}
	return &Terminal{
		ksn: ksn, alg: ik.Algorithm(),
		state: func(use func(*registers) error) error { return use(r) },
	}, nil
}

// Next begins the next transaction and returns its keys. From then on the terminal
// does not have them. The error is [ErrEndOfLife] after the last transaction, of
// about 1 million (TDES) or 2.4 thousand million (AES), and after Erase.
func (t *Terminal) Next() (tx Transaction, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.state == nil {
		return Transaction{}, ErrEndOfLife
	}
	ksn, err := t.ksn.Next()
	if err == nil {
		err = t.state(func(r *registers) (err error) {
			tx, err = r.take(t.alg, ksn)
			return err
		})
	}
	if err != nil {
		t.erase()
		return Transaction{}, err
	}
	t.ksn = ksn
	return tx, nil
}

// KSN returns the key serial number of the last transaction, or that with which
// the terminal was made.
func (t *Terminal) KSN() KSN {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.ksn
}

// Erase erases all keys that the terminal has.
func (t *Terminal) Erase() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.erase()
}

func (t *Terminal) erase() {
	if t.state != nil {
		_ = t.state(func(r *registers) error { *r = registers{}; return nil })
		t.state = nil
	}
}

// fill sets the registers as they are before the transaction next, from the
// initial key in n. Going down to next, every one bit is the way and every zero
// bit leaves a key at the side for later.
func (r *registers) fill(n *node, next KSN) error {
	counter, at := next.Counter(), uint32(0)
	for i := next.rule().length - 1; i >= bits.TrailingZeros32(counter); i-- {
		bit := uint32(1) << i
		r.node = *n
		if err := r.node.child(next, at|bit); err != nil {
			return err
		}
		r.future[i] = r.node.key
		if counter&bit != 0 {
			*n, at = r.node, at|bit
			if at != counter {
				clear(r.future[i][:])
			}
		}
	}
	r.node.clear()
	return nil
}

// take returns the transaction ksn, the next one, and erases its key after making
// from it those of the counters below.
func (r *registers) take(a keys.Algorithm, ksn KSN) (Transaction, error) {
	counter := ksn.Counter()
	i := bits.TrailingZeros32(counter)
	defer clear(r.future[i][:])
	defer r.node.clear()

	below := i
	if bits.OnesCount32(counter) == ksn.rule().ones {
		below = 0 // counters below would have too many one bits
	}
	for j := range below {
		r.node = node{alg: a, key: r.future[i]}
		if err := r.node.child(ksn, counter|1<<j); err != nil {
			return Transaction{}, err
		}
		r.future[j] = r.node.key
	}
	r.node = node{alg: a, key: r.future[i]}
	return r.node.transaction(ksn), nil
}
