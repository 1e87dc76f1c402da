package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/hsm"
)

func init() { register("key", newKeyExport) }

func newKeyExport(e *env) *cobra.Command {
	k := keyCommand{env: e, deviceFlags: deviceFlags{existing: true}}
	var kbpk, version, mode, exportability string
	c := &cobra.Command{
		Use:   "export",
		Short: "Print a key as a key block",
		Long: `Export prints a key of the device as a key block (X9.143, TR-31) under a protection
key of the device, for the one who has the same protection key.

The block says of the key what the device knows, or less where a flag says so: a
key that came with exportability N is not exported, and one that only enciphers
does not come to decipher. A key on a PKCS#11 token is not extractable, and is not
exported.`,
		Example: `  pinion key export --device soft:/var/lib/pinion/keys.json --label zpk1 --kbpk kbpk1
  pinion key export --device soft:/var/lib/pinion/keys.json --label zpk1 --kbpk kbpk1 --exportability N --mode E`,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := k.needLabel(); err != nil {
				return err
			}
			if err := needKBPK(kbpk); err != nil {
				return err
			}
			x := hsm.KeyBlockExport{Key: k.label, KBPK: kbpk}
			for _, f := range []struct {
				name, value, choices string
				to                   *byte
			}{
				{"version", version, "BDE", &x.Version},
				{"mode", mode, "BCDEGNVX", &x.Mode},
				{"exportability", exportability, "ENS", &x.Exportability},
			} {
				if err := oneOf(f.name, f.value, f.choices, f.to); err != nil {
					return err
				}
			}
			return k.with(c.Context(), func(h *hsm.HSM) error {
				block, err := h.ExportKeyBlock(c.Context(), x)
				if err != nil {
					return exportProblem(err)
				}
				return k.write(k.env, block, struct {
					Label string `json:"label"`
					Block string `json:"block"`
				}{k.label, block})
			})
		},
	}
	k.flags(c, "`label` of the key")
	f := c.Flags()
	f.StringVar(&kbpk, "kbpk", "", "`label` of the protection key on the device (usage K1, K0 or K4)")
	f.StringVar(&version, "version", "", "`version` of the block: D or E under an AES key, B under a TDES key (default D or B)")
	f.StringVar(&mode, "mode", "", "`mode` of use in the block (default the key's own)")
	f.StringVar(&exportability, "exportability", "", "`what` the receiver may do: E export under a trusted key, N not export, S sensitive (default E)")
	completeWith(c, "version", func() []string { return []string{"B", "D", "E"} })
	completeWith(c, "exportability", func() []string { return []string{"E", "N", "S"} })
	return c
}

// oneOf reads a flag of one character.
func oneOf(flag, value, choices string, to *byte) error {
	if value == "" {
		return nil
	}
	value = strings.ToUpper(value)
	if len(value) != 1 || !strings.Contains(choices, value) {
		return usage("--%s: want one of %s", flag, strings.Join(strings.Split(choices, ""), ", "))
	}
	*to = value[0]
	return nil
}

// exportProblem is keyBlockProblem for a block that was not made yet.
func exportProblem(err error) error {
	p := keyBlockProblem(err)
	if q, ok := p.(*problem); ok {
		q.what = strings.TrimPrefix(q.what, "--block: ")
	}
	return p
}
