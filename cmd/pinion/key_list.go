package main

import (
	"cmp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/hsm"
)

func init() { register("key", newKeyList) }

func newKeyList(e *env) *cobra.Command {
	k := keyCommand{env: e, deviceFlags: deviceFlags{existing: true}}
	c := &cobra.Command{
		Use:   "list",
		Short: "List the keys of a device",
		Long: `List prints the label, usage, algorithm and check value of every key, sorted by
label, with a dash for what the device does not know. A key without a usage was
made by other software; see 'pinion key adopt'.`,
		Example: `  pinion key list --device soft:/var/lib/pinion/keys.json
  pinion key list --device softhsm:/var/lib/pinion/token --json`,
		RunE: func(c *cobra.Command, _ []string) error {
			return k.with(c.Context(), func(h *hsm.HSM) error {
				list, err := h.ListKeys(c.Context())
				if err != nil {
					return err
				}
				rows := make([]keyRow, len(list))
				for i := range list {
					rows[i] = rowOf(list[i])
				}
				if len(rows) == 0 && !k.json {
					_, err := k.env.stderr.Write([]byte("no keys\n"))
					return err
				}
				var b strings.Builder
				table(&b, "LABEL\tUSAGE\tALGORITHM\tKCV", len(rows), func(i int) []string {
					r := rows[i]
					return []string{r.Label, cmp.Or(r.Usage, "-"), cmp.Or(r.Algorithm, "-"), cmp.Or(r.KCV, "-")}
				})
				return k.write(k.env, b.String(), struct {
					Keys []keyRow `json:"keys"`
				}{rows})
			})
		},
	}
	k.flags(c, "")
	return c
}
