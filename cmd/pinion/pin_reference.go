package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/hsm"
)

func init() { register("pin", newPINReference) }

func newPINReference(e *env) *cobra.Command {
	c := &cobra.Command{
		Use:   "reference",
		Short: "Compute the reference value (PVV, offset) of the PIN in a block",
		Long: `Reference computes what an issuer keeps to verify a PIN by: the PVV, the offset,
or with stored-block a block under the issuer's own key.

Without --block, records are read from standard input, each with "pan" and
"block", and answered with "reference".` + dukptHelp,
		Example: `  pinion pin reference --device softhsm:/var/lib/pinion/token --from-key zpk1 --from-format iso-0 --pan 5432101234567891 --block BA2ADC4EBA48F711 --method visa-pvv --pvk pvk1
  pinion pin reference --from-key zpk1 --from-format iso-0 --method stored-block --pvk store --stored-format iso-4 < records.ndjson`,
	}
	p := newPINCommand(e, c, "block", "pan", "ksn")
	var flags pinMethodFlags
	flags.add(c, "the block")
	c.RunE = func(c *cobra.Command, _ []string) error {
		key, m, err := flags.get()
		if err != nil {
			return err
		}
		one := func(ctx context.Context, h *hsm.HSM, r *request) (answer, error) {
			it, err := r.item(key.Format)
			if err != nil {
				return answer{}, err
			}
			from := key
			from.KSN = it.KSN
			value, err := h.PINReference(ctx, hsm.Reference{Block: it.Block, PAN: it.PAN, From: from, Method: m, MethodKey: flags.method.key})
			return answer{Reference: referenceText(m, value)}, blameKSN(ctx, h, from, err)
		}
		return p.run(c, one, nil, func(a answer) string { return a.Reference })
	}
	return c
}
