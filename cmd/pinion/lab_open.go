package main

import (
	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

func init() { register("lab", newLabOpen) }

func newLabOpen(e *env) *cobra.Command {
	var in labInput
	c := &cobra.Command{
		Use:   "open",
		Short: "Decipher a PIN block and print the PIN",
		Long: `Open prints the PIN in an enciphered block. A block that does not open is exit
code 1. What is wrong with it is said, which no device would do: to whoever does
not hold the key it would be a hint at the PIN. With --explain it prints what was
deciphered, what each nibble of it is, and marks those that are wrong.`,
		Example: `  pinion lab open --format iso-0 --block BA2ADC4EBA48F711 --key 0123456789ABCDEFFEDCBA9876543210 --pan 5432101234567891
  pinion lab open --format iso-0 --block BA2ADC4EBA48F711 --key 0123456789ABCDEFFEDCBA9876543210 --pan 5432101234567891 --explain`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			b, err := in.toRead()
			if err != nil {
				return err
			}
			key, err := labKey("key", in.key, b.format)
			if err != nil {
				return err
			}
			const hint = "'pinion lab diagnose --block HEX --key HEX --pan PAN' finds out why"
			if in.explain {
				x, err := explain.Open(c.Context(), key, b.format, b.block, b.pan, b.options)
				return in.explained(e, x, notDecoded(err, b.format, hint))
			}
			pin, err := clear.Open(c.Context(), key, b.format, b.block, b.pan, b.options)
			return in.printPIN(e, b.format, pin, err, hint)
		},
	}
	in.flags(c, "format", "block", "key", "pan", "udk", "explain")
	return c
}
