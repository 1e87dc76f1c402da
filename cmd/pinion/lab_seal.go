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
			f, err := in.get()
			if err != nil {
				return err
			}
			pin, err := in.labPIN(f)
			if err != nil {
				return err
			}
			pan, err := in.labPAN(f)
			if err != nil {
				return err
			}
			key, err := labKey("key", in.key, f)
			if err != nil {
				return err
			}
			o, err := in.options()
			if err != nil {
				return err
			}
			if in.explain {
				x, err := explain.Seal(c.Context(), key, f, pin, pan, o)
				return in.explained(e, x, blame(err, f))
			}
			b, err := clear.Seal(c.Context(), nil, key, f, pin, pan, o)
			if err != nil {
				return blame(err, f)
			}
			return in.write(e, hexText(b), sealed{Format: f.String(), Block: hexText(b), KCV: key.KCV()})
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
