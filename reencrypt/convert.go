package reencrypt

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
)

// Mode is how far a run goes.
type Mode uint8

// The modes. The zero Mode is the whole of it.
const (
	Translate Mode = iota
	Check          // every block is opened on the device, and nothing is written but rejects
	DryRun         // no block is given to the device
)

// String returns "translate", "check" or "dry-run".
func (m Mode) String() string { return [...]string{"translate", "check", "dry-run"}[min(m, DryRun)] }

// Job is what is to be done with every row.
type Job struct {
	From, To   hsm.PINKey // KSNs are those of the rows
	ToChipCard bool       // as in [hsm.Translation]
	Mode       Mode

	toSame bool // a check that names no outgoing key: each block goes back where it came from
}

// Converter turns rows into rows. It is safe for concurrent use, and keeps nothing
// between calls.
type Converter struct {
	hsm            *hsm.HSM
	job            Job
	layout         *Layout
	rejects        Kind
	outPack        Compression
	rejectsPack    Compression
	from, to       hsm.KeyInfo
	fromBDK, toBDK bool
}

// NewConverter returns a converter for rows of a layout. It asks the device for the
// keys, and whether policy and exposure allow the job; the errors are those of
// [hsm.HSM.TranslatePINs], and [ErrColumns] for a column that is missing. A check (see [Mode]) may
// leave out To, which is From then.
func NewConverter(ctx context.Context, h *hsm.HSM, job Job, l *Layout) (*Converter, error) {
	if job.Mode == Check && job.To.Key == "" && job.To.Format == 0 {
		job.To, job.toSame = job.From, true
	}
	c := &Converter{hsm: h, job: job, layout: l, rejects: l.outKind()}
	var err error
	if c.from, c.fromBDK, err = c.key(ctx, job.From); err != nil {
		return nil, err
	}
	if c.to, c.toBDK, err = c.key(ctx, job.To); err != nil {
		return nil, err
	}
	if err := c.allowed(ctx); err != nil {
		return nil, err
	}
	return c, c.columns()
}

// key asks the device for a key.
func (c *Converter) key(ctx context.Context, k hsm.PINKey) (hsm.KeyInfo, bool, error) {
	info, err := c.hsm.KeyInfo(ctx, k.Key)
	bdk := info.Usage == keys.UsageBDK || info.Usage == keys.UsageInitialKey
	return info, bdk, err
}

// allowed asks the front about a batch of no blocks: formats, policy, usages,
// algorithms, and exposure as far as it is known without a block. A batch has one
// outgoing key, so where each row has its own only the policy is asked.
func (c *Converter) allowed(ctx context.Context) error {
	if c.toBDK {
		rule := c.hsm.Policy().Rule(c.job.From.Format, c.job.To.Format)
		if rule == hsm.No || rule == hsm.ICCOnly && !c.job.ToChipCard {
			return &hsm.Error{Op: hsm.OpTranslate, Err: hsm.ErrPolicy}
		}
		return nil
	}
	_, err := c.hsm.TranslatePINs(ctx, c.batch())
	return err
}

// columns holds the columns that there are to those that the job needs.
func (c *Converter) columns() error {
	if c.layout.Kind != CSV {
		return nil
	}
	need := map[Role]bool{
		RoleBlock: true, RoleKSN: c.fromBDK, RoleToKSN: c.toBDK && !c.job.toSame,
		RolePAN: max(c.job.From.Format.MinPANLength(), c.job.To.Format.MinPANLength()) > 0,
	}
	for _, role := range roles {
		if need[role] && !c.layout.has(role) {
			return fmt.Errorf("%w: the header has none for %s", ErrColumns, role)
		}
	}
	return nil
}

func (c *Converter) batch() hsm.Batch {
	return hsm.Batch{From: c.job.From, To: c.job.To, ToChipCard: c.job.ToChipCard}
}

// Outcome is what became of a chunk.
type Outcome struct {
	Out        []byte // rows, compressed if that was asked for
	Rejects    []byte
	Rows       int64
	Translated int64
	Reasons    map[Reason]int64 // of the rows that were rejected
}

// scratches are rows of chunks that are done: there are millions.
var scratches = sync.Pool{New: func() any { return new([]row) }}

// Convert translates the rows of a chunk. An error is about the device or the job,
// and then nothing is known of any row: it can be tried again.
func (c *Converter) Convert(ctx context.Context, ch *Chunk) (*Outcome, error) {
	scratch := scratches.Get().(*[]row)
	defer scratches.Put(scratch)
	rows := slices.Grow((*scratch)[:0], len(ch.records))[:len(ch.records)]
	*scratch = rows
	defer clear(rows)
	size := c.job.From.Format.BlockSize()
	slab := make([]byte, len(rows)*size)
	var fields []field
	for i, rec := range ch.records {
		rows[i] = row{text: rec.of(ch.data), number: rec.number, reason: rec.reason}
		rows[i].item.Block, slab = slab[:size:size], slab[size:]
		if rec.reason == "" {
			fields = c.read(&rows[i], fields)
		}
	}
	blocks := make([][]byte, len(rows))
	if c.job.Mode != DryRun {
		if err := c.translate(ctx, rows, blocks); err != nil {
			return nil, err
		}
	}
	return c.render(ch, rows, blocks), nil
}

// translate has the device translate the good rows.
func (c *Converter) translate(ctx context.Context, rows []row, blocks [][]byte) error {
	if c.toBDK {
		return c.oneByOne(ctx, rows, blocks)
	}
	b := c.batch()
	scratch := itemScratches.Get().(*itemScratch)
	b.Items, scratch.index = slices.Grow(scratch.items[:0], len(rows)), scratch.index[:0]
	index := scratch.index
	for i := range rows {
		if rows[i].reason == "" {
			b.Items, index = append(b.Items, rows[i].item), append(index, i)
		}
	}
	scratch.items, scratch.index = b.Items, index
	if len(index) == 0 {
		itemScratches.Put(scratch)
		return nil
	}
	results, err := c.hsm.TranslatePINs(ctx, b)
	if err != nil {
		return err // and the items are left to a call that may have been abandoned
	}
	defer func() {
		clear(scratch.items)
		itemScratches.Put(scratch)
	}()
	for j, res := range results {
		i := index[j]
		if errors.Is(res.Err, hsm.ErrDevice) { // is it this block, or was it the moment?
			res.Block, res.Err = c.one(ctx, &rows[i])
		}
		if err := rows[i].settle(&blocks[i], res.Block, res.Err); err != nil {
			return err
		}
	}
	return nil
}

// itemScratch is what a batch is made of.
type itemScratch struct {
	items []hsm.Item
	index []int
}

var itemScratches = sync.Pool{New: func() any { return new(itemScratch) }}

// oneByOne translates rows that have each an outgoing key of their own.
func (c *Converter) oneByOne(ctx context.Context, rows []row, blocks [][]byte) error {
	for i := range rows {
		if rows[i].reason != "" {
			continue
		}
		block, err := c.one(ctx, &rows[i])
		if errors.Is(err, hsm.ErrDevice) {
			block, err = c.one(ctx, &rows[i])
		}
		if err := rows[i].settle(&blocks[i], block, err); err != nil {
			return err
		}
	}
	return nil
}

func (c *Converter) one(ctx context.Context, r *row) ([]byte, error) {
	t := hsm.Translation{Block: r.item.Block, PAN: r.item.PAN, From: c.job.From, To: c.job.To, ToChipCard: c.job.ToChipCard}
	t.From.KSN, t.To.KSN = r.item.KSN, r.toKSN
	return c.hsm.TranslatePIN(ctx, t)
}

// settle keeps the answer to one block. An error that is not that block's is
// returned.
func (r *row) settle(to *[]byte, block []byte, err error) error {
	if err == nil {
		*to = block
		return nil
	}
	r.reason = reasonOf(err)
	if r.reason == "" {
		return err
	}
	return nil
}

// render writes the rows.
func (c *Converter) render(ch *Chunk, rows []row, blocks [][]byte) *Outcome {
	o := &Outcome{Rows: int64(len(rows)), Reasons: map[Reason]int64{}}
	writes := c.job.Mode == Translate
	var out, rejects []byte
	if writes {
		out = make([]byte, 0, len(ch.data)+len(rows)*2*max(0, c.job.To.Format.BlockSize()-c.job.From.Format.BlockSize()))
	}
	for i := range rows {
		r := &rows[i]
		if r.reason != "" {
			o.Reasons[r.reason]++
			rejects = c.reject(rejects, r)
			continue
		}
		o.Translated++
		if writes {
			out = append(out, r.text[:r.block.start]...)
			out = appendHex(out, blocks[i])
			out = append(out, r.text[r.block.end:]...)
		}
	}
	o.Out, o.Rejects = out, rejects
	if c.outPack != None {
		o.Out = c.outPack.pack(nil, out)
	}
	if c.rejectsPack != None {
		o.Rejects = c.rejectsPack.pack(nil, rejects)
	}
	return o
}

// appendHex appends b as hex digits in upper case.
func appendHex(dst, b []byte) []byte {
	const digits = "0123456789ABCDEF"
	dst = slices.Grow(dst, 2*len(b))
	for _, x := range b {
		dst = append(dst, digits[x>>4], digits[x&15])
	}
	return dst
}
