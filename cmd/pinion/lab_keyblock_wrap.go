package main

import (
	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys/keyblock"
	"github.com/pinion-hsm/pinion/keys/keyblock/clearblock"
)

func init() { register("lab keyblock", newLabKeyBlockWrap) }

// labWrapping is what the flags of wrap ask for.
type labWrapping struct {
	output
	explanation
	kbpk, key, pad, header string
	fields                 keyblock.Fields
	optional               []string

	variantBinding, weakKBPK, inconsistent, showLength bool
}

func newLabKeyBlockWrap(e *env) *cobra.Command {
	var w labWrapping
	c := &cobra.Command{
		Use:   "wrap",
		Short: "Make a key block",
		Long: `Wrap prints the key block of a key. The header is made of its fields, or is given
as text with --header, as far as its optional blocks; the length in it is set.

The algorithm is T (TDES) or A (AES), and for other keys H (HMAC), R, E, S or D;
without it a key of 16 or 24 bytes is TDES and one of 32 is AES.

Padding is random, so that one key wrapped twice gives two blocks; for a known
answer it is --pad: as many bytes as make two bytes of length, key and padding
whole cipher blocks.`,
		Example: `  pinion lab keyblock wrap --kbpk 00112233445566778899AABBCCDDEEFF --key 0123456789ABCDEFFEDCBA9876543210 --version D --usage P0 --mode E --exportability N
  pinion lab keyblock wrap --kbpk 00112233445566778899AABBCCDDEEFF --key 0123456789ABCDEFFEDCBA9876543210 --header B0000B0TX00E0000 --optional LB:terminals
  pinion lab keyblock wrap --kbpk 00112233445566778899AABBCCDDEEFF --key 0123456789ABCDEFFEDCBA9876543210 --header C0072P0TE00N0000 --pad A0A1A2A3A4A5 --allow-variant-binding`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return w.run(c, e) },
	}
	f := c.Flags()
	f.StringVar(&w.kbpk, "kbpk", "", "key block protection key, `hex`: TDES for versions A to C, AES for D and E")
	f.StringVar(&w.key, "key", "", "key to wrap, `hex`")
	f.StringVar(&w.header, "header", "", "header as `text`, 16 characters and optional blocks, in place of its fields")
	f.StringVar(&w.fields.Version, "version", "", "`version`: B (TDES), D or E (AES), or A or C")
	f.StringVar(&w.fields.Usage, "usage", "", "key `usage`, like P0 or B0")
	f.StringVar(&w.fields.Algorithm, "algorithm", "", "`algorithm` of the key: T, A, H, R, E, S or D")
	f.StringVar(&w.fields.Mode, "mode", "", "`mode` of use, like B, E, D, G, V, X or N")
	f.StringVar(&w.fields.KeyVersion, "key-version", "", "key `version`, two characters; 00 without it")
	f.StringVar(&w.fields.Exportability, "exportability", "", "`exportability`: E, N or S")
	f.StringArrayVar(&w.optional, "optional", nil, "optional block, `ID:DATA`, once for each; padding PB is added as needed")
	f.StringVar(&w.pad, "pad", "", "padding, `hex`, instead of random bytes")
	f.BoolVar(&w.variantBinding, "allow-variant-binding", false, "make the legacy versions A and C, whose keys are variants of the KBPK")
	f.BoolVar(&w.weakKBPK, "allow-weaker-kbpk", false, "protect a key with a weaker one")
	f.BoolVar(&w.inconsistent, "allow-inconsistent-header", false, "make a block whose header X9.143 does not allow")
	f.BoolVar(&w.showLength, "show-key-length", false, "make the block as short as the key allows")
	completeWith(c, "usage", usageNames)
	w.output.flag(c)
	w.explainFlag(c)
	return c
}

// usageNames returns the usages that are asked for most.
func usageNames() []string {
	return []string{"P0", "B0", "B1", "K0", "K1", "V0", "V1", "V2", "M1", "M3", "M6", "M7", "D0", "E0", "C0"}
}

func (w *labWrapping) run(c *cobra.Command, e *env) error {
	if w.key == "" {
		return usage("--key is missing")
	}
	raw, err := hexFlag("--key", w.key)
	if err != nil {
		return err
	}
	h, err := w.head(len(raw))
	if err != nil {
		return err
	}
	kbpk, err := kbpkFlag(w.kbpk, h.Version)
	if err != nil {
		return err
	}
	var pad []byte
	if c.Flags().Changed("pad") {
		if pad, err = hexFlag("--pad", w.pad); err != nil {
			return err
		}
		pad = append([]byte{}, pad...) // not nil, which is random
	}
	if w.explain {
		return w.explainBlock(c, e, h, raw, pad)
	}
	block, err := clearblock.Wrap(c.Context(), kbpk, h, raw, pad, w.allowed()...)
	if err != nil {
		return w.blame(err)
	}
	return w.write(e, block, struct {
		Block string       `json:"block"`
		KCVs  []checkValue `json:"kcvs,omitempty"`
	}{block, keyValues(h.Algorithm, raw)})
}

// explainBlock prints how the block is made.
func (w *labWrapping) explainBlock(c *cobra.Command, e *env, h keyblock.Header, raw, pad []byte) error {
	kbpk, err := hexFlag("--kbpk", w.kbpk)
	if err != nil {
		return err
	}
	x, err := explain.Wrap(c.Context(), kbpk, h, raw, pad, w.allowed()...)
	if err != nil {
		err = w.blame(err)
	}
	return w.explained(e, x, err)
}

func (w *labWrapping) allowed() (out []keyblock.Option) {
	for _, x := range []struct {
		on     bool
		option func() keyblock.Option
	}{
		{w.variantBinding, keyblock.AllowVariantBinding},
		{w.weakKBPK, keyblock.AllowWeakerKBPK},
		{w.inconsistent, keyblock.AllowInconsistentHeader},
		{w.showLength, keyblock.ShowKeyLength},
	} {
		if x.on {
			out = append(out, x.option())
		}
	}
	return out
}
