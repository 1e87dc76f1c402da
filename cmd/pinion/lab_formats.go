package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/pinblock"
)

func init() { register("lab", newLabFormats) }

func newLabFormats(e *env) *cobra.Command {
	var out output
	c := &cobra.Command{
		Use:   "formats",
		Short: "List the PIN block formats and their names",
		Long: `Formats lists every PIN block format: its size, whether it binds the PAN, the
lengths of its PINs, and its other names with who uses them. Every name may be
given as --format, in upper or lower case.`,
		Example: `  pinion lab formats
  pinion lab formats --json`,
		Args:             noArgs,
		PersistentPreRun: func(*cobra.Command, []string) {}, // no test data, no notice
		RunE: func(*cobra.Command, []string) error {
			type alias struct {
				Name   string `json:"name"`
				Vendor string `json:"vendor"`
			}
			type format struct {
				Name     string  `json:"name"`
				Bytes    int     `json:"bytes"`
				BindsPAN bool    `json:"binds_pan"`
				MinPAN   int     `json:"min_pan_length"`
				MinPIN   int     `json:"min_pin_length"`
				MaxPIN   int     `json:"max_pin_length"`
				Aliases  []alias `json:"aliases"`
			}
			list := []format{}
			for _, f := range pinblock.Formats() {
				shortest, longest := f.PINLengths()
				row := format{f.Name(), f.BlockSize(), f.BindsPAN(), f.MinPANLength(), shortest, longest, []alias{}}
				for _, a := range f.Aliases() {
					row.Aliases = append(row.Aliases, alias{a.Name, a.Vendor})
				}
				list = append(list, row)
			}
			return out.write(e, formatTable(), struct {
				Formats []format `json:"formats"`
			}{list})
		},
	}
	out.flag(c)
	return c
}

// formatTable returns the formats as a table for people.
func formatTable() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-15s %5s  %-3s  %-5s  %s\n", "NAME", "BYTES", "PAN", "PIN", "OTHER NAMES")
	for _, f := range pinblock.Formats() {
		pan := "no"
		if f.BindsPAN() {
			pan = "yes"
		}
		shortest, longest := f.PINLengths()
		lengths := fmt.Sprintf("%d-%d", shortest, longest)
		if shortest == longest {
			lengths = fmt.Sprint(shortest)
		}
		for i, line := range aliasLines(f, 64) {
			if i == 0 {
				fmt.Fprintf(&b, "%-15s %5d  %-3s  %-5s  %s\n", f.Name(), f.BlockSize(), pan, lengths, line)
			} else {
				fmt.Fprintf(&b, "%35s%s\n", "", line)
			}
		}
	}
	return b.String()
}

// aliasLines returns the other names of a format, in lines of a width.
func aliasLines(f pinblock.Format, width int) []string {
	lines := []string{""}
	for i, a := range f.Aliases() {
		name := a.Name
		if a.Vendor != "short form" && a.Vendor != "common" {
			name += " (" + a.Vendor + ")"
		}
		last := &lines[len(lines)-1]
		switch {
		case i == 0:
			*last = name
		case len(*last)+2+len(name) > width:
			*last += ","
			lines = append(lines, name)
		default:
			*last += ", " + name
		}
	}
	return lines
}
