package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/hsm"
)

func init() { register("pin", newPINChange) }

func newPINChange(e *env) *cobra.Command {
	c := &cobra.Command{
		Use:   "change",
		Short: "Verify the current PIN and compute the reference value of a new one",
		Long: `Change takes two blocks under the same key: that of the current PIN and that of the
new one. If the current PIN is right by --reference, it prints the reference
value of the new PIN, which replaces the old one in the issuer's records. If it
is wrong nothing is printed, and the exit code is 1.

Without --current, records are read from standard input, each with "pan",
"current", "new" and "reference".` + dukptHelp + ` The block of the new
PIN may be of another transaction: its KSN is then --new-ksn, or "new_ksn".`,
		Example: `  pinion pin change --device softhsm:/var/lib/pinion/token --from-key zpk1 --from-format iso-0 --pan 5432101234567891 --current BA2ADC4EBA48F711 --new 721F436F297B08CB --method visa-pvv --pvk pvk1 --reference 2791
  pinion pin change --from-key zpk1 --from-format iso-0 --method visa-pvv --pvk pvk1 < changes.ndjson`,
	}
	p := newPINCommand(e, c, "current", "new", "pan", "ksn", "new_ksn", "reference")
	var flags pinMethodFlags
	flags.add(c, "both blocks")
	c.RunE = func(c *cobra.Command, _ []string) error {
		key, m, err := flags.get()
		if err != nil {
			return err
		}
		one := func(ctx context.Context, h *hsm.HSM, r *request) (answer, error) {
			return changeOne(ctx, h, hsm.Change{From: key, Method: m, MethodKey: flags.method.key}, &flags.method, r)
		}
		return p.run(c, one, nil, func(a answer) string { return a.Reference })
	}
	return c
}

func changeOne(ctx context.Context, h *hsm.HSM, change hsm.Change, m *methodFlags, r *request) (answer, error) {
	var err error
	if change.PAN, err = r.pan(); err != nil {
		return answer{}, err
	}
	if change.Current, err = r.block("current", change.From.Format); err != nil {
		return answer{}, err
	}
	if change.New, err = r.block("new", change.From.Format); err != nil {
		return answer{}, err
	}
	if change.From.KSN, change.NewKSN, err = r.ksns(); err != nil {
		return answer{}, err
	}
	if change.Reference, err = m.reference(r, change.Method); err != nil {
		return answer{}, err
	}
	value, err := h.ChangePIN(ctx, change)
	if err != nil {
		return answer{}, blameKSN(ctx, h, change.From, err)
	}
	return answer{Reference: referenceText(change.Method, value)}, nil
}
