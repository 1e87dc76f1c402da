package main

import (
	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

func init() { register("lab", newLabEncode) }

func newLabEncode(e *env) *cobra.Command {
	var in labInput
	var panField bool
	c := &cobra.Command{
		Use:   "encode",
		Short: "Make a clear PIN block",
		Long: `Encode prints the clear block of a PIN. For ISO-4, whose block exists only
enciphered, it prints the PIN field, or with --pan-field the PAN field. With
--explain it prints what each nibble of the block is and where it comes from.`,
		Example: `  pinion lab encode --format iso-0 --pin 1234 --pan 5432101234567891
  pinion lab encode --format iso-3 --pin 1234 --pan 5432101234567891 --fill AAAAAAAAAA
  pinion lab encode --format ibm-3624 --pad E --pin 123456
  pinion lab encode --format iso-4 --pan 5432101234567891 --pan-field
  pinion lab encode --format iso-0 --pin 1234 --pan 5432101234567891 --explain`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			switch {
			case !panField:
				return labEncode(e, &in)
			case in.explain:
				return usage("--pan-field does not go with --explain").withHint("--explain shows both fields of ISO-4")
			}
			return labPANField(e, &in)
		},
	}
	in.flags(c, "format", "pin", "pan", "fill", "udk", "explain")
	c.Flags().BoolVar(&panField, "pan-field", false, "print the PAN field of ISO-4 instead")
	return c
}

// encoded is what encode prints with --json.
type encoded struct {
	Format   string `json:"format"`
	Block    string `json:"block,omitempty"`
	PINField string `json:"pin_field,omitempty"` // ISO-4
	PANField string `json:"pan_field,omitempty"` // ISO-4
}

func labEncode(e *env, in *labInput) error {
	b, err := in.toMake()
	if err != nil {
		return err
	}
	if in.explain {
		x, err := explain.Encode(b.format, b.pin, b.pan, b.options)
		return in.explained(e, x, blame(err, b.format))
	}
	block, err := clear.Encode(nil, b.format, b.pin, b.pan, b.options)
	if err != nil {
		return blame(err, b.format)
	}
	out := encoded{Format: b.format.String(), Block: hexText(block)}
	if b.format.BlockSize() == 16 {
		field, err := clear.PANField(nil, b.format, b.pan)
		if err != nil {
			return blame(err, b.format)
		}
		out = encoded{Format: b.format.String(), PINField: hexText(block), PANField: hexText(field)}
	}
	return in.write(e, hexText(block), out)
}

func labPANField(e *env, in *labInput) error {
	f, err := in.get()
	if err != nil {
		return err
	}
	if f.BlockSize() != 16 {
		return usage("--pan-field: %s has no PAN field", f.Name()).withHint("ISO-4 has")
	}
	pan, err := in.labPAN(f)
	if err != nil {
		return err
	}
	b, err := clear.PANField(nil, f, pan)
	if err != nil {
		return blame(err, f)
	}
	return in.write(e, hexText(b), encoded{Format: f.String(), PANField: hexText(b)})
}
