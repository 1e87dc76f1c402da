package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/hsm"
)

func init() { register("pin", newPINGenerate) }

func newPINGenerate(e *env) *cobra.Command {
	c := &cobra.Command{
		Use:   "generate",
		Short: "Draw a random PIN on the device; the answer is its block",
		Long: `Generate has the device draw a PIN, every PIN of the length equally likely, and
prints its enciphered block. With a verification method it also prints the
reference value that an issuer keeps, in two lines: "block …" and "reference …".

One PIN is for --pan; --pan "" is for a format that binds no account number.
Without --pan, records are read from standard input, each with "pan".` + dukptHelp,
		Example: `  pinion pin generate --device softhsm:/var/lib/pinion/token --to-key zpk2 --to-format iso-4 --pan 5432101234567891 --length 5
  pinion pin generate --to-key zpk2 --to-format iso-4 --method visa-pvv --pvk pvk1 < accounts.ndjson`,
	}
	p := newPINCommand(e, c, "pan", "ksn")
	var to pinKeyFlags
	var method methodFlags
	var length int
	to.add(c, "to", "the new block")
	to.addDUKPT(c)
	method.add(c)
	c.Flags().IntVar(&length, "length", 4, "digits of the PIN, 4 to 12")
	c.RunE = func(c *cobra.Command, _ []string) error {
		key, err := to.get()
		if err != nil {
			return err
		}
		m, err := method.get(true)
		if err != nil {
			return err
		}
		if length < 4 || length > 12 {
			return usage("--length: a PIN has 4 to 12 digits")
		}
		one := func(ctx context.Context, h *hsm.HSM, r *request) (answer, error) {
			pan, err := r.pan()
			if err != nil {
				return answer{}, err
			}
			to := key
			if to.KSN, err = r.ksn("ksn"); err != nil {
				return answer{}, err
			}
			made, err := h.GeneratePIN(ctx, hsm.Generation{PAN: pan, Length: length, To: to, Method: m, MethodKey: method.key})
			if err != nil {
				return answer{}, blameKSN(ctx, h, to, err)
			}
			a := answer{Block: hexText(made.Block)}
			if m != nil {
				a.Reference = referenceText(m, made.Reference)
			}
			return a, nil
		}
		return p.run(c, one, nil, showGenerated)
	}
	return c
}

func showGenerated(a answer) string {
	if a.Reference == "" {
		return a.Block
	}
	return "block " + a.Block + "\nreference " + a.Reference
}
