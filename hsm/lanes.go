package hsm

import (
	"context"
	"sync"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
)

// fewestLanes is from how many blocks on their keys are derived side by side: from there
// on it takes half the time, and less, without vector instructions too. BenchmarkPINKeys
// of keys/dukpt has the figures.
const fewestLanes = 16

// atOnce is how many blocks go side by side at once: so many that a device has enough to
// do, and so few that they stay in the cache.
const atOnce = 4096

// lanes is where blocks that have a key each are gathered.
type lanes struct {
	blocks [8 * atOnce]byte
	pans   [atOnce]pinblock.PAN
	ksns   [atOnce]dukpt.KSN
	place  [atOnce]int // of each block in its batch
	n      int
	made   []byte
}

var lanesPool = sync.Pool{New: func() any { return new(lanes) }}

// translateLanes translates those of a batch's blocks from first to end, atOnce at most,
// that are well formed as blocks with a key a lane. It leaves the others unanswered, and
// all of them where anything fails or the device cannot do this: one by one it fails
// again, and is told.
func (h *HSM) translateLanes(ctx context.Context, b *Batch, first, end int, to Key, a *answers) {
	d, ok := h.device.(BatchDeriver)
	if !ok || end-first < fewestLanes {
		return
	}
	bdk, err := h.key(ctx, b.From.Key, usagesBDK)
	if err != nil || bdk.Info().Algorithm != keys.TDES2 {
		return
	}
	if alg, err := b.From.derived(bdk); err != nil || alg != keys.TDES2 {
		return
	}
	l := lanesPool.Get().(*lanes)
	defer l.release()
	c := l.gather(b, first, end)
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
	blocks, faults, err := d.TranslatePINs(ctx, l.made[:0], c, from, to)
	if err != nil || checkAnswers(&c, len(blocks), faults) != nil {
		return
	}
	l.made = blocks
	told := failures{key: b.From.Key}
	l.tell(a, none, &told)
	l.tell(a, faults, &told)
	l.deliver(a)
}

// release lets another call have l, and nothing of this one's.
func (l *lanes) release() {
	clear(l.pans[:l.n])
	clear(l.ksns[:l.n])
	lanesPool.Put(l)
}

// gather returns the blocks that are well formed as a batch under one key, which is
// many.
func (l *lanes) gather(b *Batch, first, end int) Batch {
	l.n = 0
	for i := first; i < end; i++ {
		t := b.translation(i)
		if t.From.KSN.Check() != nil || checkTranslation(&t) != nil {
			continue
		}
		copy(l.blocks[8*l.n:], t.Block)
		l.pans[l.n], l.ksns[l.n], l.place[l.n] = t.PAN, t.From.KSN, i
		l.n++
	}
	return Batch{From: b.From, To: b.To, Blocks: l.blocks[:8*l.n], PANs: l.pans[:l.n], ToChipCard: b.ToChipCard}
}

// tell keeps the faults of places that have no answer yet.
func (l *lanes) tell(a *answers, faults []Fault, told *failures) {
	for _, f := range faults {
		if i := l.place[f.Index]; !a.known[i] {
			a.fault(i, told.complete(f.Err))
		}
	}
}

// deliver keeps the blocks of places that have no answer yet.
func (l *lanes) deliver(a *answers) {
	for j, i := range l.place[:l.n] {
		if !a.known[i] {
			a.block(i, nth(l.made, a.size, j))
		}
	}
}
