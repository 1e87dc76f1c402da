package reencrypt

import (
	"slices"
	"sync"

	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
)

// batch is the rows of a chunk, and the blocks of the good ones as a device takes
// them: one after the other.
type batch struct {
	rows   []row
	good   []int // which rows the blocks are of
	blocks []byte
	pans   []pinblock.PAN
	ksns   []dukpt.KSN
	fresh  []byte  // what came of the blocks
	fields []field // of the row that is read
}

// batches are those that are done: there are thousands.
var batches = sync.Pool{New: func() any { return new(batch) }}

// read reads the rows of a chunk.
func (b *batch) read(c *Converter, ch *Chunk) {
	n, size := len(ch.records), c.job.From.Format.BlockSize()
	b.rows = slices.Grow(b.rows[:0], n)[:n]
	b.blocks = slices.Grow(b.blocks[:0], n*size)
	b.pans, b.ksns, b.good, b.fresh = slices.Grow(b.pans[:0], n), b.ksns[:0], b.good[:0], b.fresh[:0]
	for i, rec := range ch.records {
		r := &b.rows[i]
		*r = row{text: rec.of(ch.data), number: rec.number, reason: rec.reason, slot: len(b.good)}
		end := len(b.blocks) + size
		if r.reason == "" {
			b.fields = c.read(r, b.blocks[len(b.blocks):end], b.fields)
		}
		if r.reason == "" {
			b.good, b.blocks = append(b.good, i), b.blocks[:end]
			b.pans, b.ksns = append(b.pans, r.pan), append(b.ksns, r.ksn)
		}
	}
}

// row returns the row whose block is in a slot.
func (b *batch) row(slot int) *row { return &b.rows[b.good[slot]] }

// block returns the block in a slot, as it came in.
func (b *batch) block(slot int) []byte {
	size := len(b.blocks) / len(b.good)
	return b.blocks[slot*size : (slot+1)*size : (slot+1)*size]
}

// done gives the batch to whoever has the next chunk, and lets go of this one's rows.
func (b *batch) done() {
	clear(b.rows)
	clear(b.pans)
	batches.Put(b)
}
