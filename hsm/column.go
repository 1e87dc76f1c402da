package hsm

import (
	"context"
	"fmt"

	"github.com/pinion-hsm/pinion/pinblock"
)

// Column asks for many translations under one pair of keys, as [Batch] does, of blocks
// that lie one after the other. Where a block is a few nanoseconds' work, a slice and
// an error for each cost more than the ciphers do; a column has neither.
type Column struct {
	From       PINKey
	To         PINKey
	Blocks     []byte
	PANs       []pinblock.PAN // as many as blocks; zero where neither format binds one
	ToChipCard bool
}

// Fault is what is wrong with one block of a [Column].
type Fault = pinblock.Fault

// TranslateColumn is [HSM.TranslatePINs] for a column. The new blocks are appended to
// dst, one for each that came in and in its order; dst has no memory in common with the
// column. What is wrong with one block is that one's affair: it is told in faults, in
// order, and its place is zeros. The error is for what concerns them all; then nothing
// is appended. The bytes behind dst may hold clear blocks for the time of the call.
//
// All blocks are under one key: a BDK needs the one KSN of From.
func (h *HSM) TranslateColumn(ctx context.Context, dst []byte, c Column) (blocks []byte, faults []Fault, err error) {
	start := h.started()
	blocks, faults, key, err := h.translateColumn(ctx, dst, c)
	return blocks, faults, h.done(ctx, OpTranslate, key, len(c.PANs), start, err)
}

func (h *HSM) translateColumn(ctx context.Context, dst []byte, c Column) (_ []byte, _ []Fault, key string, err error) {
	if err := h.ready(ctx); err != nil {
		return nil, nil, "", err
	}
	if err := h.mayTranslate(&Translation{From: c.From, To: c.To, ToChipCard: c.ToChipCard}); err != nil {
		return nil, nil, "", err
	}
	if len(c.Blocks) != len(c.PANs)*c.From.Format.BlockSize() {
		return nil, nil, "", pinblock.ErrColumn
	}
	from, err := h.pinKey(ctx, c.From)
	if err != nil {
		return nil, nil, c.From.Key, err
	}
	defer release(from)
	to, err := h.pinKey(ctx, c.To)
	if err != nil {
		return nil, nil, c.To.Key, err
	}
	defer release(to)
	if err := h.mayExpose(c.From.Format, c.To.Format, from, to); err != nil {
		return nil, nil, "", err
	}
	d, ok := h.device.(ColumnTranslator)
	if !ok {
		blocks, faults, err := h.columnOfItems(ctx, dst, c, from, to)
		return blocks, faults, "", err
	}
	if len(c.PANs) == 0 {
		return dst, nil, "", nil
	}
	blocks, faults, err := d.TranslateColumn(ctx, dst, c, from, to)
	if err == nil {
		err = checkColumn(dst, c, blocks, faults)
	}
	if err != nil {
		return nil, nil, "", err
	}
	var told failures
	for i := range faults {
		faults[i].Err = told.complete(faults[i].Err)
	}
	return blocks, faults, "", nil
}

// checkColumn returns an error unless a device has answered every block.
func checkColumn(dst []byte, c Column, blocks []byte, faults []Fault) error {
	if err := checkFaults(faults, len(c.PANs)); err != nil {
		return err
	}
	size := c.To.Format.BlockSize()
	if len(blocks) != len(dst)+len(c.PANs)*size {
		return &Error{Err: ErrDevice, Hint: fmt.Sprintf("it gave %d bytes for %d blocks", len(blocks)-len(dst), len(c.PANs))}
	}
	return nil
}

// checkFaults returns an error unless faults are those of n blocks, in order.
func checkFaults(faults []Fault, n int) error {
	last := -1
	for _, f := range faults {
		if f.Index <= last || f.Index >= n || f.Err == nil {
			return &Error{Err: ErrDevice, Hint: "it told of a fault in a block that it was not given"}
		}
		last = f.Index
	}
	return nil
}

// columnOfItems translates a column on a device that knows only of items.
func (h *HSM) columnOfItems(ctx context.Context, dst []byte, c Column, from, to Key) ([]byte, []Fault, error) {
	b := Batch{From: c.From, To: c.To, ToChipCard: c.ToChipCard, Items: make([]Item, len(c.PANs))}
	for i, size := 0, c.From.Format.BlockSize(); i < len(c.PANs); i++ {
		b.Items[i] = Item{Block: c.Blocks[i*size : (i+1)*size : (i+1)*size], PAN: c.PANs[i]}
	}
	results, err := h.translateGood(ctx, b, from, to)
	if err != nil {
		return nil, nil, err
	}
	var faults []Fault
	size := c.To.Format.BlockSize()
	for i, r := range results {
		if r.Err == nil && len(r.Block) != size {
			return nil, nil, &Error{Err: ErrDevice, Hint: fmt.Sprintf("it gave a block of %d bytes", len(r.Block))}
		}
		if r.Err != nil {
			faults = append(faults, Fault{Index: i, Err: r.Err})
			r.Block = make([]byte, size)
		}
		dst = append(dst, r.Block...)
	}
	return dst, faults, nil
}
