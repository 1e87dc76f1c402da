package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys/keyblock"
)

func init() { register("lab keyblock", newLabKeyBlockInspect) }

func newLabKeyBlockInspect(e *env) *cobra.Command {
	var out output
	var how explanation
	var block string
	c := &cobra.Command{
		Use:   "inspect",
		Short: "Explain a key block field by field, without a key",
		Long: `Inspect explains the header of a key block, which everybody can read: what is
written in each field, and what that means. It takes a whole block, or a header
alone.

What X9.143 does not allow is listed behind the fields; whether the header is
authentic takes the protection key to say.`,
		Example: `  pinion lab keyblock inspect --block C0072P0TE00N0000D8A6C0A9654CBDB862F7F6E633D0B12791AFA0E6778BEAFD010EC262
  pinion lab keyblock inspect --block D0112B0AX00E0000 --json
  pinion lab keyblock inspect --block D0112B0AX00E0000 --explain`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if block == "" {
				return usage("--block is missing")
			}
			if how.explain {
				x, err := explain.KeyBlock(c.Context(), block, nil)
				return out.explained(e, x, notABlock(err))
			}
			h, err := keyblock.ParseHeader(block)
			if err != nil {
				return notABlock(err)
			}
			fields, problems := explained(h)
			return out.write(e, fieldsText(fields, problems), struct {
				Fields   []headerField `json:"fields"`
				Problems []string      `json:"problems,omitempty"`
			}{fields, problems})
		},
	}
	c.Flags().StringVar(&block, "block", "", "key `block`, or its header alone")
	out.flag(c)
	how.explainFlag(c)
	return c
}

// notABlock says what is wrong with the form of a block.
func notABlock(err error) error {
	if err == nil {
		return nil
	}
	p := usage("--block: %s", plain(err))
	p.err = err
	return p.withHint("a key block begins with its version, A to E, and four digits for its length")
}

// fieldsText returns the fields as a table, and what is wrong with them.
func fieldsText(fields []headerField, problems []string) string {
	name, value := 0, 0
	for _, f := range fields {
		name = max(name, len(f.Name))
		if len(f.Value) <= 16 {
			value = max(value, len(f.Value))
		}
	}
	var b strings.Builder
	for _, f := range fields {
		fmt.Fprintf(&b, "%-*s  %-*s  %s\n", name, f.Name, value, f.Value, f.Meaning)
	}
	section(&b, "Not as X9.143 has it", problems)
	return b.String()
}
