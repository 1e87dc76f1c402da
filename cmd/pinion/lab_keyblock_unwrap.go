package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys/keyblock"
	"github.com/pinion-hsm/pinion/keys/keyblock/clearblock"
)

func init() { register("lab keyblock", newLabKeyBlockUnwrap) }

// labUnwrapping is what the flags of unwrap ask for.
type labUnwrapping struct {
	output
	explanation
	kbpk, block string
}

func newLabKeyBlockUnwrap(e *env) *cobra.Command {
	var u labUnwrapping
	c := &cobra.Command{
		Use:   "unwrap",
		Short: "Open a key block and print the key",
		Long: `Unwrap prints the key in a block, its check values, and the padding, which makes
the same block again with 'pinion lab keyblock wrap --pad'. A block that is not
authentic under the protection key is exit code 1: a wrong key, a changed header
and a changed key look the same.

--explain shows the fields, the keys that are derived from the protection key, what
the authenticator should be, and what was enciphered.`,
		Example: `  pinion lab keyblock unwrap --kbpk 00112233445566778899AABBCCDDEEFF --block C0072P0TE00N0000D8A6C0A9654CBDB862F7F6E633D0B12791AFA0E6778BEAFD010EC262
  pinion lab keyblock unwrap --kbpk 00112233445566778899AABBCCDDEEFF --block C0072P0TE00N0000D8A6C0A9654CBDB862F7F6E633D0B12791AFA0E6778BEAFD010EC262 --explain`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return u.run(c, e) },
	}
	f := c.Flags()
	f.StringVar(&u.kbpk, "kbpk", "", "key block protection key, `hex`: TDES for versions A to C, AES for D and E")
	f.StringVar(&u.block, "block", "", "key `block`")
	u.output.flag(c)
	u.explainFlag(c)
	return c
}

// unwrapped is what unwrap prints with --json.
type unwrapped struct {
	Key      string        `json:"key"`
	Bits     int           `json:"bits"`
	KCVs     []checkValue  `json:"kcvs,omitempty"`
	Padding  string        `json:"padding"`
	Header   string        `json:"header"`
	Fields   []headerField `json:"fields"`
	Problems []string      `json:"problems,omitempty"`
}

func (u *labUnwrapping) run(c *cobra.Command, e *env) error {
	if u.block == "" {
		return usage("--block is missing")
	}
	h, err := keyblock.ParseHeader(u.block)
	if err != nil && u.explain {
		x, err := explain.KeyBlock(c.Context(), u.block, nil)
		return u.explained(e, x, blockProblem("--block", err))
	}
	if err != nil {
		return blockProblem("--block", err)
	}
	kbpk, err := kbpkFlag(u.kbpk, h.Version)
	if err != nil {
		return err
	}
	if u.explain {
		return u.explainBlock(c, e)
	}
	opened, err := keyblock.Unwrap(c.Context(), kbpk, u.block)
	if err != nil {
		return blockProblem("--block", err)
	}
	raw := clearblock.Key(opened)
	out := unwrapped{
		Key: hexText(raw), Bits: 8 * len(raw), KCVs: keyValues(h.Algorithm, raw),
		Padding: hexText(clearblock.Padding(opened)), Header: h.String(),
	}
	out.Fields, out.Problems = explained(h)
	var text strings.Builder
	fmt.Fprintf(&text, "%-14s %s\n%s", "key", out.Key, tabbed(out.KCVs))
	fmt.Fprintf(&text, "%-14s %s\n%-14s %s\n", "header", out.Header, "padding", out.Padding)
	for _, p := range out.Problems {
		_, _ = fmt.Fprintln(e.stderr, "note: not as X9.143 has it: "+p)
	}
	return u.write(e, text.String(), out)
}

// explainBlock prints how the block opens, or how far it does.
func (u *labUnwrapping) explainBlock(c *cobra.Command, e *env) error {
	raw, err := hexFlag("--kbpk", u.kbpk)
	if err != nil {
		return err
	}
	x, err := explain.KeyBlock(c.Context(), u.block, raw)
	if err != nil {
		err = blockProblem("--block", err)
	}
	return u.explained(e, x, err)
}
