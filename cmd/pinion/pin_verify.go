package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/hsm"
)

func init() { register("pin", newPINVerify) }

func newPINVerify(e *env) *cobra.Command {
	c := &cobra.Command{
		Use:   "verify",
		Short: "Say whether the PIN in a block is the right one",
		Long: `Verify compares the PIN in a block with a reference value by a verification
method. It prints "right PIN" and exits with 0, or "wrong PIN" and exits with 1. A
block that does not open is neither: it is an error.

Without --block, records are read from standard input, each with "pan", "block"
and "reference", and answered with "verified": true or false.` + dukptHelp,
		Example: `  pinion pin verify --device softhsm:/var/lib/pinion/token --from-key zpk1 --from-format iso-0 --pan 5432101234567891 --block BA2ADC4EBA48F711 --method visa-pvv --pvk pvk1 --pvki 1 --reference 2791
  pinion pin verify --from-key zpk2 --from-format iso-4 --method ibm-3624 --pvk pvk2 --validation-length 16 < records.ndjson
  pinion pin verify --from-key bdk1 --from-format iso-0 --ksn FFFF9876543210E00001 --pan 5432101234567891 --block B7D9FE8EF6179CDC --method visa-pvv --pvk pvk1 --reference 2791`,
	}
	p := newPINCommand(e, c, "block", "pan", "ksn", "reference")
	var flags pinMethodFlags
	flags.add(c, "the block")
	c.RunE = func(c *cobra.Command, _ []string) error {
		key, m, err := flags.get()
		if err != nil {
			return err
		}
		one := func(ctx context.Context, h *hsm.HSM, r *request) (answer, error) {
			return verifyOne(ctx, h, hsm.Verification{From: key, Method: m, MethodKey: flags.method.key}, &flags.method, r)
		}
		return p.run(c, one, nil, func(a answer) string { return rightOrWrong(*a.Verified) })
	}
	return c
}

func rightOrWrong(right bool) string {
	if right {
		return "right PIN"
	}
	return "wrong PIN"
}

func verifyOne(ctx context.Context, h *hsm.HSM, v hsm.Verification, m *methodFlags, r *request) (answer, error) {
	it, err := r.item(v.From.Format)
	if err != nil {
		return answer{}, err
	}
	v.Block, v.PAN, v.From.KSN = it.Block, it.PAN, it.KSN
	if v.Reference, err = m.reference(r, v.Method); err != nil {
		return answer{}, err
	}
	err = h.VerifyPIN(ctx, v)
	if err == nil || errors.Is(err, hsm.ErrWrongPIN) {
		return verified(err == nil), nil
	}
	return answer{}, blameKSN(ctx, h, v.From, err)
}
