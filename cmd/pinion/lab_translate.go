package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

func init() { register("lab", newLabTranslate) }

// labTranslation is what the flags of translate ask for.
type labTranslation struct {
	labInput
	from, to       labFormat
	fromKey, toKey string
	policy         string
	toChipCard     bool
}

func newLabTranslate(e *env) *cobra.Command {
	var t labTranslation
	c := &cobra.Command{
		Use:   "translate",
		Short: "Move a PIN block to another key and format",
		Long: `Translate prints the block for another key and, if asked, in another format, for
the same PAN. Here every pair of formats may be translated; with --policy pci-pin
or ibm-cca only those that the policy allows, and exit code 3 for the others. With
--explain it prints what every policy says, and both blocks, nibble by nibble.`,
		Example: `  pinion lab translate --from-format iso-0 --from-key 0123456789ABCDEFFEDCBA9876543210 --to-format iso-4 --to-key 00112233445566778899AABBCCDDEEFF --pan 5432101234567891 --block BA2ADC4EBA48F711`,
		Args:    noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return t.run(c, e)
		},
	}
	t.from.flags(c, "from-")
	t.to.flags(c, "to-")
	f := c.Flags()
	f.StringVar(&t.fromKey, "from-key", "", "key of the block, `hex`")
	f.StringVar(&t.toKey, "to-key", "", "key of the new block, `hex`")
	f.StringVar(&t.policy, "policy", "open", "translation `policy`: open, pci-pin or ibm-cca")
	f.BoolVar(&t.toChipCard, "to-chip-card", false, "the block goes to a chip card, the only place that policies let ISO-2 go")
	completeWith(c, "policy", policyNames)
	t.labInput.flags(c, "pan", "block", "fill", "udk", "explain")
	return c
}

func policyNames() (names []string) {
	for _, p := range hsm.Policies() {
		names = append(names, p.String())
	}
	return names
}

func (t *labTranslation) run(c *cobra.Command, e *env) error {
	from, err := t.from.get()
	if err != nil {
		return err
	}
	to, err := t.to.get()
	if err != nil {
		return err
	}
	if err := t.allowed(from, to); err != nil {
		return err
	}
	fromKey, err := labKey("from-key", t.fromKey, from)
	if err != nil {
		return err
	}
	toKey, err := labKey("to-key", t.toKey, to)
	if err != nil {
		return err
	}
	block, err := t.labBlock(from)
	if err != nil {
		return err
	}
	pan, err := t.labPAN(from, to)
	if err != nil {
		return err
	}
	o, err := t.options()
	if err != nil {
		return err
	}
	if t.explain {
		return t.explainTranslation(c, e, block, pan, explain.Leg{Key: fromKey, Format: from, Options: o}, explain.Leg{Key: toKey, Format: to, Options: o})
	}
	pin, err := clear.Open(c.Context(), fromKey, from, block, pan, o)
	if err != nil {
		return notDecoded(err, from, translateHint)
	}
	b, err := clear.Seal(c.Context(), nil, toKey, to, pin, pan, o)
	if err != nil {
		return blame(err, to)
	}
	return t.write(e, hexText(b), sealed{Format: to.String(), Block: hexText(b), KCV: toKey.KCV()})
}

// translateHint is for a block that does not open.
const translateHint = "'pinion lab diagnose --block HEX --key HEX --pan PAN' finds out why"

func (t *labTranslation) explainTranslation(c *cobra.Command, e *env, block []byte, pan pinblock.PAN, from, to explain.Leg) error {
	x, err := explain.Translate(c.Context(), block, pan, from, to)
	if target := (*explain.TargetError)(nil); errors.As(err, &target) {
		return t.explained(e, x, blame(err, to.Format))
	}
	return t.explained(e, x, notDecoded(err, from.Format, translateHint))
}

// allowed asks the policy.
func (t *labTranslation) allowed(from, to pinblock.Format) error {
	p, err := hsm.ParsePolicy(t.policy)
	if err != nil {
		return usage("--policy: want %s", strings.Join(policyNames(), ", "))
	}
	rule := p.Rule(from, to)
	if rule == hsm.No || rule == hsm.ICCOnly && !t.toChipCard {
		refused := &problem{code: exitRefused, what: "policy " + p.String() + " does not let " + from.Name() + " become " + to.Name(), err: hsm.ErrPolicy}
		if rule == hsm.ICCOnly {
			return refused.withHint("it does towards a chip card: --to-chip-card")
		}
		return refused
	}
	return nil
}
