package hsm

import (
	"context"
	"sync"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// fewestLanes is from how many blocks on their keys are derived side by side: from there
// on it takes half the time, and less, without vector instructions too. BenchmarkPINKeys
// of keys/dukpt has the figures.
const fewestLanes = 16

// lanes is where items that have a key each become a column.
type lanes struct {
	gathering
	ksns  [atOnce]dukpt.KSN
	place [atOnce]int // of each block among the items
	n     int
}

var lanesPool = sync.Pool{New: func() any { return new(lanes) }}

// translateLanes translates those of at most atOnce items that are well formed as one
// column with a key a block. It leaves the results of the others as they are, and those
// of all where anything fails, or the device cannot do this: one by one it fails again,
// and is told.
func (h *HSM) translateLanes(ctx context.Context, b Batch, to Key, results []Result) {
	d, ok := h.device.(BatchDeriver)
	t, isToo := h.device.(ColumnTranslator)
	if !ok || !isToo || len(b.Items) < fewestLanes {
		return
	}
	bdk, err := h.key(ctx, b.From.Key, usagesBDK)
	if err != nil || bdk.Info().Algorithm != keys.TDES2 {
		return
	}
	if a, err := b.From.derived(bdk); err != nil || a != keys.TDES2 {
		return
	}
	l := lanesPool.Get().(*lanes)
	defer lanesPool.Put(l)
	c := l.gather(b)
	if l.n < fewestLanes {
		return
	}
	from, none, err := d.DerivePINKeys(ctx, bdk, l.ksns[:l.n])
	if err != nil {
		return
	}
	defer release(from)
	if checkFaults(none, l.n) != nil || h.mayExpose(c.From.Format, c.To.Format, from, to) != nil {
		return
	}
	blocks, faults, err := t.TranslateColumn(ctx, nil, c, from, to)
	if err != nil || checkColumn(nil, c, blocks, faults) != nil {
		return
	}
	l.deliver(results, blocks, c.To.Format.BlockSize())
	told := failures{key: b.From.Key}
	l.tell(results, faults, &told)
	l.tell(results, none, &told)
}

// gather returns the items that are well formed as a column.
func (l *lanes) gather(b Batch) Column {
	l.n = 0
	for i := range b.Items {
		it := &b.Items[i]
		if it.KSN.Check() != nil || checkItem(b, *it) != nil {
			continue
		}
		*(*[8]byte)(l.blocks[8*l.n:]) = [8]byte(it.Block)
		l.pans[l.n], l.ksns[l.n], l.place[l.n] = it.PAN, it.KSN, i
		l.n++
	}
	return Column{From: b.From, To: b.To, Blocks: l.blocks[:8*l.n], PANs: l.pans[:l.n], ToChipCard: b.ToChipCard}
}

// deliver gives the blocks of the column to the items they are of.
func (l *lanes) deliver(results []Result, blocks []byte, size int) {
	for j, i := range l.place[:l.n] {
		results[i].Block = blocks[size*j : size*j+size : size*j+size]
	}
}

// tell replaces blocks by what was wrong with them.
func (l *lanes) tell(results []Result, faults []Fault, told *failures) {
	for _, f := range faults {
		i := l.place[f.Index]
		clear(results[i].Block)
		results[i] = Result{Err: told.complete(f.Err)}
	}
}
