package hsm

import (
	"context"
	"sync"

	"github.com/pinion-hsm/pinion/pinblock"
)

// TranslateColumn implements [ColumnTranslator]: one call of the device deciphers
// thousands of blocks and one enciphers them (two each for ISO-4).
func (Arithmetic) TranslateColumn(ctx context.Context, dst []byte, c Column, from, to Key) ([]byte, []Fault, error) {
	source, target, err := ciphers(from, to)
	if err != nil {
		return nil, nil, err
	}
	return pinblock.TranslateAll(ctx, dst, pinblock.Column{Blocks: c.Blocks, PANs: c.PANs},
		pinblock.Source{Key: source, Format: c.From.Format}, pinblock.Target{Key: target, Format: c.To.Format})
}

// TranslatePINs implements [BatchTranslator], by columns.
func (a Arithmetic) TranslatePINs(ctx context.Context, b Batch, from, to Key) ([]Result, error) {
	g := gatherings.Get().(*gathering)
	defer gatherings.Put(g)
	size := b.To.Format.BlockSize()
	results, dst := make([]Result, len(b.Items)), make([]byte, 0, size*len(b.Items))
	for items, rest := b.Items, results; len(items) > 0; {
		n := min(atOnce, len(items))
		c, wrong := g.gather(b, items[:n])
		blocks, faults, err := a.TranslateColumn(ctx, dst, c, from, to)
		if err != nil {
			return nil, err
		}
		deliver(rest[:n], blocks, size, faults, wrong)
		items, rest, dst = items[n:], rest[n:], blocks[len(blocks):]
	}
	return results, nil
}

// atOnce is how many items are gathered at once: so many that a device has enough to
// do, and so few that they stay in the cache.
const atOnce = 4096

// gathering is where items become a column.
type gathering struct {
	blocks [16 * atOnce]byte
	pans   [atOnce]pinblock.PAN
}

var gatherings = sync.Pool{New: func() any { return new(gathering) }}

// gather returns items as a column, and which of them have blocks of a wrong size:
// their places are zeros.
func (g *gathering) gather(b Batch, items []Item) (c Column, wrong []int) {
	size := b.From.Format.BlockSize()
	blocks, pans := g.blocks[:len(items)*size], g.pans[:len(items)]
	for i := range items {
		it := &items[i]
		pans[i] = it.PAN
		switch {
		case len(it.Block) != size:
			wrong = append(wrong, i)
			clear(blocks[size*i:][:size])
		case size == 8:
			*(*[8]byte)(blocks[8*i:]) = [8]byte(it.Block) // faster than copy
		default:
			copy(blocks[size*i:], it.Block)
		}
	}
	return Column{From: b.From, To: b.To, Blocks: blocks, PANs: pans, ToChipCard: b.ToChipCard}, wrong
}

// deliver makes results of the blocks of a column and of its faults.
func deliver(results []Result, blocks []byte, size int, faults []Fault, wrong []int) {
	for i := range results {
		results[i].Block = blocks[size*i : size*i+size : size*i+size]
	}
	for _, f := range faults {
		results[f.Index] = Result{Err: f.Err}
	}
	for _, i := range wrong {
		clear(results[i].Block)
		results[i] = Result{Err: pinblock.ErrBlockSize}
	}
}
