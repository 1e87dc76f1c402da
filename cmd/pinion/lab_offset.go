package main

import (
	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/pinverify"
)

func init() { register("lab", newLabOffset) }

func newLabOffset(e *env) *cobra.Command {
	var m labMethod
	c := &cobra.Command{
		Use:   "offset",
		Short: "Compute the offset of a PIN (IBM 3624, German bank pool, Netherlands)",
		Long: `Offset prints the offset of a PIN from the natural PIN of its account, as IBM
3624 has it; with --method gbp or nl-pin-1, as those have it.

With --check-length the offset covers so many digits from the right end of the
PIN, as IBM CCA counts; without it, the whole PIN. With --explain it prints the
steps, for ibm-3624.` + shortNamesHelp,
		Example: `  pinion lab offset --pvk 0123456789ABCDEFFEDCBA9876543210 --pan 5432101234567891 --pin 1234
  pinion lab offset --pvk 0123456789ABCDEFFEDCBA9876543210 --vdata 5432101234567891 --pin 123456 --check-length 4
  pinion lab offset --method nl-pin-1 --pvk 0123456789ABCDEFFEDCBA9876543210 --pan 5432101234567891 --pin 1234`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			method, err := m.get(false)
			if err != nil {
				return err
			}
			switch method := method.(type) {
			case pinverify.IBM3624:
				return m.printReference(c.Context(), e, method)
			case pinverify.GBP:
				return m.printReference(c.Context(), e, method)
			case pinverify.NL1:
				return m.printReference(c.Context(), e, method)
			}
			return usage("--method: %s has no offsets", method.Name()).withHint("ibm-3624, gbp and nl-pin-1 have")
		},
	}
	m.flags(c, "ibm-3624", "pan", "pin")
	hide(c, "pvki", "validation-digits", "stored-format")
	return c
}
