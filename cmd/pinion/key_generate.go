package main

import (
	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/hsm"
)

func init() { register("key", newKeyGenerate) }

func newKeyGenerate(e *env) *cobra.Command {
	k := keyCommand{env: e}
	var kind kindFlags
	c := &cobra.Command{
		Use:   "generate",
		Short: "Make a random key on a device",
		Long: `Generate makes a random key on the device and prints its label, usage, algorithm
and check value. A label that is taken is an error: no key is overwritten.`,
		Example: `  pinion key generate --device soft:/var/lib/pinion/keys.json --label zpk1 --usage P0 --algorithm TDES2
  pinion key generate --device softhsm:/var/lib/pinion/token --label zpk4 --usage P0 --algorithm AES256`,
		RunE: func(c *cobra.Command, _ []string) error {
			s := hsm.KeySpec{Label: k.label}
			if s.Label == "" {
				return usage("--label is missing")
			}
			var err error
			if s.Usage, err = kind.getUsage(); err != nil {
				return err
			}
			if s.Algorithm, err = kind.getAlgorithm(); err != nil {
				return err
			}
			return k.with(c.Context(), func(h *hsm.HSM) error {
				info, err := h.GenerateKey(c.Context(), s)
				if err != nil {
					return err
				}
				k.noteEphemeral()
				return k.print(info)
			})
		},
	}
	k.flags(c, "`label` of the new key")
	kind.addUsage(c)
	kind.addAlgorithm(c)
	return c
}
