package main

import (
	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/pinverify"
)

func init() { register("lab", newLabPVV) }

func newLabPVV(e *env) *cobra.Command {
	var m labMethod
	var index int
	c := &cobra.Command{
		Use:   "pvv",
		Short: "Compute the Visa PVV of a PIN",
		Long: `PVV prints the Visa PIN verification value of a PIN: of its first four digits, the
PAN, and the PIN verification key with its index.

With --explain it prints the steps: the transformed security parameter, the
cryptogram, and the scans that find the four digits.`,
		Example: `  pinion lab pvv --pvk 0123456789ABCDEFFEDCBA9876543210 --pvki 1 --pan 5432101234567891 --pin 1234
  pinion lab pvv --pvk 0123456789ABCDEFFEDCBA9876543210 --pvki 1 --pan 5432101234567891 --pin 1234 --explain`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			method := pinverify.VisaPVV{Index: index, AllowIndex0: true}
			if err := method.Check(); err != nil {
				return usage("--pvki: want 1 to 6, or 0 where a scheme uses it")
			}
			return m.printReference(c.Context(), e, method)
		},
	}
	m.labInput.flags(c, "pan", "pin", "explain")
	c.Flags().StringVar(&m.methodFlags.key, "pvk", "", "PIN verification key, `hex`: TDES of 32 or 48 digits")
	c.Flags().IntVar(&index, "pvki", 1, "PIN verification key index, 1 to 6")
	return c
}
