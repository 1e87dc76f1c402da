package hsm

import (
	"fmt"
	"sort"

	"github.com/pinion-hsm/pinion/internal/overlap"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
)

// Batch asks for many translations under one pair of keys. Its blocks lie one after the
// other: where a block is a few nanoseconds' work, a slice and an error for each would
// cost more than the ciphers do. [Batch.Add] fills a batch that comes block by block.
//
// Where From.Key is a BDK, each block has its KSN in KSNs, or all have that of From. A
// zero one stands for that of From, and a KSN where there is no BDK is that block's
// fault.
type Batch struct {
	From       PINKey
	To         PINKey
	Blocks     []byte         // each as many bytes as From.Format has
	PANs       []pinblock.PAN // as many as blocks; zero where neither format binds one
	KSNs       []dukpt.KSN    // nil, or as many as blocks; see below
	ToChipCard bool

	// Into is memory for the new blocks, for whoever translates batch after batch; nil is
	// memory of their own. What it held is lost, and it may hold clear blocks for the
	// time of the call. Blocks does not lie in it.
	Into []byte
}

// Item is one block of a [Batch].
type Item struct {
	Block []byte
	PAN   pinblock.PAN
	KSN   dukpt.KSN // set where the incoming key is a BDK
}

// Add adds a block. One that is not as long as those of From.Format is left out, with
// [pinblock.ErrBlockSize]; without a format all are, with [pinblock.ErrFormat].
func (b *Batch) Add(it Item) error {
	if !b.From.Format.Valid() {
		return pinblock.ErrFormat
	}
	if len(it.Block) != b.From.Format.BlockSize() {
		return pinblock.ErrBlockSize
	}
	if b.KSNs == nil && !it.KSN.IsZero() {
		b.KSNs = make([]dukpt.KSN, len(b.PANs), cap(b.PANs)) // of the others, that had none
	}
	if b.KSNs != nil {
		b.KSNs = append(b.KSNs, it.KSN)
	}
	b.Blocks, b.PANs = append(b.Blocks, it.Block...), append(b.PANs, it.PAN)
	return nil
}

// Len returns how many blocks there are.
func (b *Batch) Len() int { return len(b.PANs) }

// Item returns the i-th block, in the batch's own memory.
func (b *Batch) Item(i int) Item {
	it := Item{Block: nth(b.Blocks, b.From.Format.BlockSize(), i), PAN: b.PANs[i]}
	if b.KSNs != nil {
		it.KSN = b.KSNs[i]
	}
	return it
}

// translation returns the i-th block as a translation of its own.
func (b *Batch) translation(i int) Translation {
	it := b.Item(i)
	t := Translation{Block: it.Block, PAN: it.PAN, From: b.From, To: b.To, ToChipCard: b.ToChipCard}
	if !it.KSN.IsZero() {
		t.From.KSN = it.KSN
	}
	return t
}

// check returns an error unless the parts fit each other.
func (b *Batch) check() error {
	if len(b.Blocks) != b.Len()*b.From.Format.BlockSize() {
		return pinblock.ErrColumn
	}
	if b.KSNs != nil && len(b.KSNs) != b.Len() {
		return &Error{Err: pinblock.ErrColumn, Hint: "and as many KSNs, or none"}
	}
	if n := b.Len() * b.To.Format.BlockSize(); overlap.Any(b.Into[:min(n, cap(b.Into))], b.Blocks) {
		return pinblock.ErrOverlap
	}
	return nil
}

// Fault is what is wrong with one block of a [Batch].
type Fault = pinblock.Fault

// Results are the answers to a [Batch], in its order.
type Results struct {
	Blocks []byte  // each as many bytes as To.Format has; zeros where there is a fault
	Faults []Fault // by their places

	size int // of a block
}

// Len returns how many answers there are.
func (r Results) Len() int {
	if r.size == 0 {
		return 0
	}
	return len(r.Blocks) / r.size
}

// Block returns the i-th answer: a new block, or what was wrong with the one that came.
// It is an error too if there is none of that number.
func (r Results) Block(i int) ([]byte, error) {
	if i < 0 || i >= r.Len() {
		return nil, fmt.Errorf("hsm: there is no answer %d: the batch has %d, from 0", i, r.Len())
	}
	at := sort.Search(len(r.Faults), func(j int) bool { return r.Faults[j].Index >= i })
	if at < len(r.Faults) && r.Faults[at].Index == i {
		return nil, r.Faults[at].Err
	}
	return nth(r.Blocks, r.size, i), nil
}

// nth returns the i-th of blocks, with those that follow out of its reach.
func nth(blocks []byte, size, i int) []byte { return blocks[size*i : size*i+size : size*i+size] }
