package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

func init() { register("lab", newLabDUKPT) }

func newLabDUKPT(*env) *cobra.Command {
	return group(&cobra.Command{
		Use:   "dukpt",
		Short: "Derive the keys of DUKPT, and play a terminal",
		Long: `The dukpt commands derive the keys of DUKPT, derived unique key per transaction:
TDES as ANSI X9.24-1 has it, with key serial numbers of 16 to 20 hex digits, and
AES, ANSI X9.24-3, with those of 24.

The KSN says which of the two it is. A KSN shorter than 20 digits is filled with
F on its left.`,
		Example: `  pinion lab dukpt initial --bdk 0123456789ABCDEFFEDCBA9876543210 --ksn FFFF9876543210E00000
  pinion lab dukpt derive --bdk 0123456789ABCDEFFEDCBA9876543210 --ksn FFFF9876543210E00001 --purpose pin
  pinion lab dukpt terminal --bdk 0123456789ABCDEFFEDCBA9876543210 --ksn FFFF9876543210E00000 --format iso-0 --pin 1234 --pan 5432101234567891`,
	})
}

// labDUKPT holds the flags that the dukpt commands share, as typed.
type labDUKPT struct {
	output
	explanation
	bdk, ik, ksn string
}

// flags adds the flags of the given names.
func (d *labDUKPT) flags(c *cobra.Command, names ...string) {
	f := c.Flags()
	for _, name := range names {
		switch name {
		case "bdk":
			f.StringVar(&d.bdk, name, "", "base derivation key, `hex`: TDES of 32 digits, or AES of 32, 48 or 64")
		case "ik":
			f.StringVar(&d.ik, name, "", "initial key of the terminal in place of --bdk, `hex`")
		case "ksn":
			f.StringVar(&d.ksn, name, "", "key serial number, `hex`: 16 to 20 digits for TDES, 24 for AES")
		}
	}
}

// serial reads --ksn.
func (d *labDUKPT) serial() (dukpt.KSN, error) {
	if d.ksn == "" {
		return dukpt.KSN{}, usage("--ksn is missing").withHint("it comes with each block: 16 to 20 hex digits for TDES, 24 for AES")
	}
	return ksnFlag("--ksn", d.ksn)
}

func ksnFlag(flag, text string) (dukpt.KSN, error) {
	ksn, err := dukpt.ParseKSN(text)
	if err != nil {
		return dukpt.KSN{}, about(flag, err)
	}
	return ksn, nil
}

// key reads --bdk or --ik, whichever was given.
func (d *labDUKPT) key(ksn dukpt.KSN) (keys.Key, error) {
	switch {
	case d.bdk != "" && d.ik != "":
		return keys.Key{}, usage("--bdk and --ik: give one of the two").withHint("the initial key is derived from the BDK")
	case d.ik != "":
		return dukptKey("--ik", d.ik, keys.UsageInitialKey, ksn)
	case d.bdk != "":
		return dukptKey("--bdk", d.bdk, keys.UsageBDK, ksn)
	}
	return keys.Key{}, usage("--bdk is missing").withHint("or --ik, the terminal's initial key")
}

// dukptKey reads a key of the scheme that the KSN is of.
func dukptKey(flag, text string, u keys.Usage, ksn dukpt.KSN) (keys.Key, error) {
	parse, hint := cleartext.ParseTDES[string], "TDES DUKPT, which the KSN is of, has keys of 32 hex digits; for AES the KSN has 24"
	if ksn.IsAES() {
		parse, hint = cleartext.ParseAES[string], "AES DUKPT, which the KSN is of, has keys of 32, 48 or 64 hex digits"
	}
	k, err := parse(text, u)
	if err == nil && !ksn.IsAES() && k.Algorithm() != keys.TDES2 {
		err = keys.ErrKeySize
	}
	if err != nil {
		return keys.Key{}, keyProblem(flag, err, hint)
	}
	return k, nil
}

// dukptProblem says which flag an error of a derivation is about.
func dukptProblem(err error) error {
	for _, x := range []struct {
		err        error
		flag, hint string
	}{
		{dukpt.ErrCounterZero, "--ksn", "the first transaction has the counter 1; 'pinion lab dukpt initial' has the key of counter 0"},
		{dukpt.ErrCounterBits, "--ksn", "terminals pass over such counters"},
		{dukpt.ErrEndOfLife, "--ksn", ""},
		{dukpt.ErrAlgorithm, "--algorithm", ""},
		{dukpt.ErrStrength, "--algorithm", ""},
		{dukpt.ErrPurpose, "--purpose", "TDES DUKPT has keys for PINs, MACs and data"},
	} {
		if errors.Is(err, x.err) {
			p := about(x.flag, err)
			p.hint = x.hint
			return p
		}
	}
	return err
}

// derivedKey is what initial and derive print with --json.
type derivedKey struct {
	KSN       string `json:"ksn"`
	Purpose   string `json:"purpose,omitempty"`
	Usage     string `json:"usage,omitempty"`
	Algorithm string `json:"algorithm,omitempty"`
	Key       string `json:"key"`
	KCV       string `json:"kcv,omitempty"`
}

// printDerived prints a key alone, or with --json all that is known of it.
func (d *labDUKPT) printDerived(e *env, ksn dukpt.KSN, purpose string, k keys.Key) error {
	text := cleartext.Hex(k)
	return d.write(e, text, derivedKey{
		KSN: ksn.String(), Purpose: purpose, Usage: string(k.Usage()),
		Algorithm: k.Algorithm().String(), Key: text, KCV: k.KCV(),
	})
}
