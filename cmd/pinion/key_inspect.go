package main

import (
	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/keys/keyblock"
)

func init() { register("key", newKeyInspect) }

func newKeyInspect(e *env) *cobra.Command {
	var out output
	var block keyBlockFlag
	c := &cobra.Command{
		Use:   "inspect",
		Short: "Explain a key block field by field, without a key",
		Long: `Inspect explains the header of a key block, which everybody can read: what is
written in each field, and what that means. It takes a whole block, or a header
alone, and needs neither a device nor a key.

What X9.143 does not allow is listed behind the fields. Whether the header is
authentic takes the protection key to say: 'pinion key import' does.`,
		Example: `  pinion key inspect --block C0072P0TE00N0000D8A6C0A9654CBDB862F7F6E633D0B12791AFA0E6778BEAFD010EC262
  pinion key inspect --json --block - < block.txt`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			text, err := block.get(e)
			if err != nil {
				return err
			}
			h, err := keyblock.ParseHeader(text)
			if err != nil {
				return keyBlockProblem(err)
			}
			fields, problems := explained(h)
			return out.write(e, fieldsText(fields, problems), struct {
				Fields   []headerField `json:"fields"`
				Problems []string      `json:"problems,omitempty"`
			}{fields, problems})
		},
	}
	block.add(c)
	out.flag(c)
	return c
}
