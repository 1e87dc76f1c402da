package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/keys/keyblock"
	"github.com/pinion-hsm/pinion/keys/keyblock/clearblock"
)

func init() { register("lab keyblock", newLabKeyBlockUnwrap) }

// labUnwrapping is what the flags of unwrap ask for.
type labUnwrapping struct {
	output
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
and a changed key look the same.`,
		Example: `  pinion lab keyblock unwrap --kbpk 00112233445566778899AABBCCDDEEFF --block C0072P0TE00N0000D8A6C0A9654CBDB862F7F6E633D0B12791AFA0E6778BEAFD010EC262`,
		Args:    noArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return u.run(c, e) },
	}
	f := c.Flags()
	f.StringVar(&u.kbpk, "kbpk", "", "key block protection key, `hex`: TDES for versions A to C, AES for D and E")
	f.StringVar(&u.block, "block", "", "key `block`")
	u.output.flag(c)
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
	if err != nil {
		return blockProblem("--block", err)
	}
	kbpk, err := kbpkFlag(u.kbpk, h.Version)
	if err != nil {
		return err
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
