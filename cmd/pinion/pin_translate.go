package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/hsm"
)

func init() { register("pin", newPINTranslate) }

func newPINTranslate(e *env) *cobra.Command {
	c := &cobra.Command{
		Use:   "translate",
		Short: "Re-encipher PIN blocks for another key, and if asked another format",
		Long: `Translate opens a PIN block under one key and makes one for another key, for the
same account number. What may become what is a matter of policy: pci-pin, the
default, is the table of PCI PIN Security requirement 3-3.

With --block, the answer is one block. Without it, records are read from standard
input, each with "pan" and "block"; see 'pinion pin --help'.` + dukptHelp,
		Example: `  pinion pin translate --device softhsm:/var/lib/pinion/token --from-key zpk1 --from-format iso-0 --to-key zpk2 --to-format iso-4 --pan 5432101234567891 --block BA2ADC4EBA48F711
  pinion pin translate --from-key zpk1 --from-format iso-0 --to-key zpk2 --to-format iso-4 < records.ndjson > translated.ndjson
  pinion pin translate --from-key bdk1 --from-format iso-0 --ksn FFFF9876543210E00001 --to-key zpk2 --to-format iso-4 --pan 5432101234567891 --block B7D9FE8EF6179CDC`,
	}
	p := newPINCommand(e, c, "block", "pan", "ksn")
	t := &pinTranslate{}
	t.from.add(c, "from", "the incoming block")
	t.from.addDUKPT(c)
	t.to.add(c, "to", "the outgoing block")
	c.Flags().BoolVar(&t.toChipCard, "to-chip-card", false, "the block goes to a chip card, the only place ISO-2 may go")
	c.RunE = func(c *cobra.Command, _ []string) error {
		b, err := t.batch()
		if err != nil {
			return err
		}
		one := func(ctx context.Context, h *hsm.HSM, r *request) (answer, error) { return translateOne(ctx, h, b, r) }
		many := func(h *hsm.HSM) job {
			return func(ctx context.Context, rs []request) ([]result, error) { return translateMany(ctx, h, b, rs) }
		}
		return p.run(c, one, many, func(a answer) string { return a.Block })
	}
	return c
}

type pinTranslate struct {
	from, to   pinKeyFlags
	toChipCard bool
}

// batch returns what all translations share.
func (t *pinTranslate) batch() (hsm.Batch, error) {
	from, err := t.from.get()
	if err != nil {
		return hsm.Batch{}, err
	}
	to, err := t.to.get()
	return hsm.Batch{From: from, To: to, ToChipCard: t.toChipCard}, err
}

func translateOne(ctx context.Context, h *hsm.HSM, b hsm.Batch, r *request) (answer, error) {
	it, err := r.item(b.From.Format)
	if err != nil {
		return answer{}, err
	}
	b.From.KSN = it.KSN
	block, err := h.TranslatePIN(ctx, hsm.Translation{Block: it.Block, PAN: it.PAN, From: b.From, To: b.To, ToChipCard: b.ToChipCard})
	return answer{Block: hexText(block)}, blameKSN(ctx, h, b.From, err)
}

// translateMany translates all records in one call of the front, which a device
// that can do many at a time does in a few calls of its own.
func translateMany(ctx context.Context, h *hsm.HSM, b hsm.Batch, rs []request) ([]result, error) {
	results := make([]result, len(rs))
	var index []int
	for i := range rs {
		it, err := rs[i].item(b.From.Format)
		if err != nil {
			results[i].err = err
			continue
		}
		if results[i].err = b.Add(it); results[i].err == nil {
			index = append(index, i)
		}
	}
	// Also with no item left: what concerns all of them is said before it is
	// hidden behind the faults of the records.
	answers, err := h.TranslatePINs(ctx, b)
	if blamed := blameKSN(ctx, h, b.From, err); err != nil && blamed != err && len(index) > 0 {
		// No record that was read with these has a KSN, and the next may: it is theirs.
		for _, i := range index {
			results[i].err = blamed
		}
		return results, nil
	}
	if err != nil {
		return nil, err
	}
	for j, i := range index {
		from := b.From
		from.KSN = b.Item(j).KSN
		block, err := answers.Block(j)
		results[i] = result{answer{Block: hexText(block)}, blameKSN(ctx, h, from, err)}
	}
	return results, nil
}
