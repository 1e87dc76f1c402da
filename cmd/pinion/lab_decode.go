package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

func init() { register("lab", newLabDecode) }

func newLabDecode(e *env) *cobra.Command {
	var in labInput
	c := &cobra.Command{
		Use:   "decode",
		Short: "Take a clear PIN block apart",
		Long: `Decode prints the PIN in a clear block; for ISO-4, in the PIN field. A block that
is not one of the format is exit code 1, and every fault in it is named. With
--explain it prints what each nibble is, and marks those that are wrong.`,
		Example: `  pinion lab decode --format iso-0 --block 041215FEDCBA9876 --pan 5432101234567891
  pinion lab decode --format ibm-3624 --block 123456EEEEEEEEEE --json
  pinion lab decode --format iso-0 --block 041215FEDCBA9876 --pan 5432101234567891 --explain`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			b, err := in.toRead()
			if err != nil {
				return err
			}
			const hint = "'pinion lab diagnose --block HEX --pan PAN' tries other formats and PANs"
			if in.explain {
				x, err := explain.Decode(b.format, b.block, b.pan, b.options)
				return in.explained(e, x, notDecoded(err, b.format, hint))
			}
			pin, err := clear.Decode(b.format, b.block, b.pan, b.options)
			return in.printPIN(e, b.format, pin, err, hint)
		},
	}
	in.flags(c, "format", "block", "pan", "udk", "explain")
	return c
}

// decoded is what decode and open print with --json.
type decoded struct {
	Format    string `json:"format"`
	PIN       string `json:"pin"`
	PINLength int    `json:"pin_length"`
}

// printPIN prints the PIN of a block, or why it has none.
func (in *labInput) printPIN(e *env, f pinblock.Format, pin pinblock.PIN, err error, hint string) error {
	if err != nil {
		return notDecoded(err, f, hint)
	}
	text := clear.Digits(pin)
	return in.write(e, text, decoded{Format: f.String(), PIN: text, PINLength: len(text)})
}

// notDecoded says every reason why a block does not decode.
func notDecoded(err error, f pinblock.Format, hint string) error {
	if why := (*clear.Error)(nil); errors.As(err, &why) {
		return about("the block is not "+f.Name(), err).withHint("%s", hint)
	}
	return blame(err, f)
}
