package main

import (
	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/hsm"
)

func init() { register("key", newKeyKCV) }

func newKeyKCV(e *env) *cobra.Command {
	k := keyCommand{env: e, deviceFlags: deviceFlags{existing: true}}
	c := &cobra.Command{
		Use:   "kcv",
		Short: "Print the check value of a key",
		Long: `KCV prints the check value of a key, six hex digits as ANSI X9.24-1 has them: the
encipherment of zeros for TDES, the CMAC of zeros for AES.`,
		Example: `  pinion key kcv --device soft:/var/lib/pinion/keys.json --label zpk1`,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := k.needLabel(); err != nil {
				return err
			}
			return k.with(c.Context(), func(h *hsm.HSM) error {
				info, err := h.KeyInfo(c.Context(), k.label)
				if err != nil {
					return err
				}
				if info.KCV == "" {
					return &problem{code: exitDevice, what: "the device does not say the check value of this key", hint: "'pinion key adopt' computes it, for a key that other software made"}
				}
				return k.write(k.env, info.KCV, rowOf(info))
			})
		},
	}
	k.flags(c, "`label` of the key")
	return c
}
