package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/internal/diagnose"
	"github.com/pinion-hsm/pinion/pinblock"
)

func init() { register("lab", newLabDiagnose) }

// labDiagnosis is what the flags of diagnose say.
type labDiagnosis struct {
	output
	block, ksn string
	keys, pans []string
}

func newLabDiagnose(e *env) *cobra.Command {
	var d labDiagnosis
	c := &cobra.Command{
		Use:   "diagnose",
		Short: "Find out why a PIN block does not decode",
		Long: `Diagnose tries every way in which a block may have been made, with the mistakes
that are made: the wrong format, the wrong twelve digits of the PAN, the check
digit left in, no PAN, swapped or missing halves of the key, single DES, a key
used as text, decipher for encipher, turned bytes, double hex and more. What fits
is explained, best first, with what to change.

With --ksn the key is a base derivation key or a terminal's initial key, and the
mistakes of DUKPT are tried too: the transaction key in place of the PIN key, a
missing or wrong variant, a wrong type of working key, no derivation at all, a KSN
whose counter is off, that was turned round, moved or filled up wrong.

How much a fit proves is said with it: the fill of ISO-0 leaves no doubt, while
one random block in some hundreds looks like ISO-1. For test data only: the PIN
and, where the block gives them away, digits of the PAN are printed.

Give several keys or PANs to find out which of them it was. Exit code 0 means
that something fits, 1 that nothing does.`,
		Example: `  pinion lab diagnose --block BA2ADC4EBA48F711 --key 0123456789ABCDEFFEDCBA9876543210 --pan 5432101234567891
  pinion lab diagnose --block 041215FEDCBA9876 --pan 5432101234567891
  pinion lab diagnose --block 1B9C1845EB993A7A --ksn FFFF9876543210E00002 --key 0123456789ABCDEFFEDCBA9876543210 --pan 4012345678909`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error { return d.run(e) },
	}
	f := c.Flags()
	f.StringVar(&d.block, "block", "", "the block, `hex`")
	f.StringArrayVar(&d.keys, "key", nil, "key, `hex`, 8 to 32 bytes; once for each")
	f.StringArrayVar(&d.pans, "pan", nil, "PAN, decimal `digits`; once for each")
	f.StringVar(&d.ksn, "ksn", "", "key serial number (DUKPT) that came with the block, `hex`: 16 to 20 digits for TDES, 24 for AES")
	d.output.flag(c)
	return c
}

func (d *labDiagnosis) run(e *env) error {
	in, err := d.input()
	if err != nil {
		return err
	}
	r := diagnose.Run(in)
	if err := d.write(e, diagnosisText(r), r); err != nil {
		return err
	}
	if len(r.Findings) == 0 {
		return answerNo()
	}
	return nil
}

func (d *labDiagnosis) input() (in diagnose.Input, err error) {
	if d.block == "" {
		return in, usage("--block is missing")
	}
	if in.Block, err = hexFlag("--block", d.block); err != nil {
		return in, err
	}
	switch len(in.Block) {
	case 8, 16, 32:
	default:
		return in, usage("--block: a block has 16 hex digits, for ISO-4 32, and this has %d", len(d.block)).
			withHint("is a part of the block missing, or of the message around it there?")
	}
	for i, text := range d.keys {
		name := position("--key", i, len(d.keys))
		key, err := hexFlag(name, text)
		if err != nil {
			return in, err
		}
		switch len(key) {
		case 8, 16, 24, 32:
			in.Keys = append(in.Keys, key)
		default:
			return in, usage("%s: a key has 16, 32, 48 or 64 hex digits, and this has %d", name, len(text))
		}
	}
	if in.KSN, err = d.serial(); err != nil {
		return in, err
	}
	for i, text := range d.pans {
		if _, err := pinblock.ParsePAN(text); err != nil {
			return in, about(position("--pan", i, len(d.pans)), err)
		}
		in.PANs = append(in.PANs, text)
	}
	return in, nil
}

// serial reads --ksn. A digit too many or too few is one of the mistakes that are
// looked for.
func (d *labDiagnosis) serial() (string, error) {
	switch n := len(d.ksn); {
	case n == 0:
		return "", nil
	case !isHex(d.ksn):
		return "", usage("--ksn: not hex digits").withHint("0 to 9 and A to F, no spaces, no 0x")
	case n < 14 || n > 26:
		return "", usage("--ksn: a KSN has 16 to 20 hex digits for TDES and 24 for AES, and this has %d", n)
	}
	return d.ksn, nil
}

// position names one of several values of a flag.
func position(flag string, i, n int) string {
	if n < 2 {
		return flag
	}
	return fmt.Sprintf("%s %d", flag, i+1)
}

// diagnosisText returns a report for people.
func diagnosisText(r diagnose.Report) string {
	var b strings.Builder
	for i, f := range r.Findings {
		fmt.Fprintf(&b, "%d. %s\n", i+1, f.What)
		if f.PIN != "" {
			fmt.Fprintf(&b, "   PIN:      %s\n", f.PIN)
		}
		fmt.Fprintf(&b, "   evidence: %s. %s\n", f.Evidence, f.Why)
		fmt.Fprintf(&b, "   change:   %s\n", f.Change)
		if len(f.Also) > 0 {
			fmt.Fprintf(&b, "   the same block in other formats: %s\n", strings.Join(f.Also, ", "))
		}
	}
	if len(r.Findings) == 0 {
		fmt.Fprintf(&b, "Nothing fits, in %d ways tried.\n", r.Tried)
	}
	section(&b, "What to check next", r.Next)
	section(&b, "Also", r.Notes)
	return b.String()
}

func section(b *strings.Builder, title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s:\n", title)
	for _, l := range lines {
		fmt.Fprintf(b, "  - %s\n", l)
	}
}
