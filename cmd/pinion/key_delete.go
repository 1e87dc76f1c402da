package main

import (
	"bufio"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/hsm"
)

func init() { register("key", newKeyDelete) }

func newKeyDelete(e *env) *cobra.Command {
	k := keyCommand{env: e, deviceFlags: deviceFlags{existing: true}}
	var yes bool
	c := &cobra.Command{
		Use:   "delete",
		Short: "Remove a key from a device, for good",
		Long: `Delete removes a key. It asks first, with the check value of what is about to go;
--yes answers. What was enciphered under a key that is nowhere else is lost with
it.`,
		Example: `  pinion key delete --device soft:/var/lib/pinion/keys.json --label zpk1
  pinion key delete --device soft:/var/lib/pinion/keys.json --label zpk1 --yes`,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := k.needLabel(); err != nil {
				return err
			}
			return k.with(c.Context(), func(h *hsm.HSM) error {
				info, err := h.KeyInfo(c.Context(), k.label)
				if err != nil {
					return err
				}
				if !yes {
					if err := k.confirm(h, info); err != nil {
						return err
					}
				}
				if err := h.DeleteKey(c.Context(), k.label); err != nil {
					return err
				}
				return k.print(info)
			})
		},
	}
	k.flags(c, "`label` of the key")
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return c
}

// confirm asks a person whether the key may go.
func (k *keyCommand) confirm(h *hsm.HSM, info hsm.KeyInfo) error {
	if !isTerminal(k.env.stdin) {
		return usage("removing a key is asked about, and there is no terminal to ask at").withHint("--yes answers")
	}
	_, _ = fmt.Fprintf(k.env.stderr, "Remove key %s from %s for good? Type yes: ", rowOf(info), h.Device())
	answer, _ := bufio.NewReader(k.env.stdin).ReadString('\n')
	if strings.TrimSpace(answer) != "yes" {
		return &problem{code: exitNo, what: "nothing was removed"}
	}
	return nil
}
