package main

import (
	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/hsm"
)

func init() { register("key", newKeyAdopt) }

func newKeyAdopt(e *env) *cobra.Command {
	k := keyCommand{env: e, deviceFlags: deviceFlags{existing: true}}
	var kind kindFlags
	c := &cobra.Command{
		Use:   "adopt",
		Short: "Give a key that other software made its usage",
		Long: `Adopt gives a key on a PKCS#11 token, made by other software, its usage, which is
then kept on the token with its check value. Without a usage no operation takes
the key: nothing on the token says whether it enciphers PINs or verifies them.

A key has one usage, for good. Its rights on the token have to allow it.`,
		Example: `  pinion key adopt --device softhsm:/var/lib/pinion/token --label zpk1 --usage P0`,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := k.needLabel(); err != nil {
				return err
			}
			u, err := kind.getUsage()
			if err != nil {
				return err
			}
			return k.with(c.Context(), func(h *hsm.HSM) error {
				info, err := h.Adopt(c.Context(), k.label, u)
				if err != nil {
					return err
				}
				return k.print(info)
			})
		},
	}
	k.flags(c, "`label` of the key")
	kind.addUsage(c)
	return c
}
