package main

import (
	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

func init() { register("lab", newLabSeal) }

func newLabSeal(e *env) *cobra.Command {
	var in labInput
	c := &cobra.Command{
		Use:   "seal",
		Short: "Make an enciphered PIN block",
		Long: `Seal prints the block of a PIN, enciphered under a key. With --explain it prints
the clear block, nibble by nibble, and every encipherment.`,
		Example: `  pinion lab seal --format iso-0 --pin 1234 --pan 5432101234567891 --key 0123456789ABCDEFFEDCBA9876543210
  pinion lab seal --format iso-4 --pin 1234 --pan 5432101234567891 --key 00112233445566778899AABBCCDDEEFF --fill 0123456789ABCDEF --explain`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			b, err := in.toMake()
			if err != nil {
				return err
			}
			key, err := labKey("key", in.key, b.format)
			if err != nil {
				return err
			}
			if in.explain {
				x, err := explain.Seal(c.Context(), key, b.format, b.pin, b.pan, b.options)
				return in.explained(e, x, blame(err, b.format))
			}
			block, err := clear.Seal(c.Context(), nil, key, b.format, b.pin, b.pan, b.options)
			if err != nil {
				return blame(err, b.format)
			}
			return in.write(e, hexText(block), sealed{Format: b.format.String(), Block: hexText(block), KCV: key.KCV()})
		},
	}
	in.flags(c, "format", "pin", "pan", "key", "fill", "udk", "explain")
	return c
}

// sealed is what seal and translate print with --json.
type sealed struct {
	Format string `json:"format"`
	Block  string `json:"block"`
	KCV    string `json:"kcv"` // of the key that the block is enciphered under
}
