package reencrypt

import (
	"context"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
)

// Mode is how far a run goes.
type Mode uint8

// The modes. The zero Mode is the whole of it.
const (
	Translate Mode = iota
	Check          // every block is opened on the device, and nothing is written but rejects
	DryRun         // no block of a row is given to the device
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
	titles         [len(values{}.text)]string // of the roles, in the order of Roles
	places         [len(values{}.text)]int    // CSV: of their columns
}

// NewConverter returns a converter for rows of a layout. It asks the device for the
// keys, and whether policy and exposure allow the job, and where a key is a BDK it gives
// the device a made-up block, to see whether it can derive; the errors are those of
// [hsm.HSM.TranslatePINs], and [ErrColumns] for a column that is missing. A check (see
// [Mode]) may leave out To, which is From then.
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
	if err := c.trial(ctx); err != nil {
		return nil, err
	}
	if err := l.check(); err != nil {
		return nil, err
	}
	for i, role := range roles {
		c.titles[i], c.places[i] = l.Names[role], l.place(role)
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
	why := map[Role]string{
		RoleKSN:   ", the key serial number, and the incoming key is a base derivation key",
		RoleToKSN: ", the key serial number of the new block, and the outgoing key is a base derivation key",
	}
	for _, role := range roles {
		if need[role] && !c.layout.has(role) {
			return &ColumnError{role, "the header has none for " + string(role) + why[role]}
		}
	}
	return nil
}

func (c *Converter) batch() hsm.Batch {
	return hsm.Batch{From: c.job.From, To: c.job.To, ToChipCard: c.job.ToChipCard}
}

// Convert translates the rows of a chunk. An error is about the device or the job,
// and then nothing is known of any row: it can be tried again.
func (c *Converter) Convert(ctx context.Context, ch *Chunk) (*Outcome, error) {
	b := batches.Get().(*batch)
	b.read(c, ch)
	if c.job.Mode != DryRun {
		if err := c.translate(ctx, b); err != nil {
			return nil, err // and the batch is left to a call that may have been abandoned
		}
	}
	o := c.render(ch, b)
	b.done()
	return o, nil
}

// WriteAs returns a converter like c whose outcomes are compressed, and whose
// rejects are of some kind.
func (c *Converter) WriteAs(out Compression, rejects Kind, rejectsPack Compression) *Converter {
	d := *c
	d.outPack, d.rejects, d.rejectsPack = out, rejects, rejectsPack
	return &d
}
