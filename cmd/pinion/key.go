package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
)

func init() { register("", newKey) }

func newKey(*env) *cobra.Command {
	return group(&cobra.Command{
		Use:   "key",
		Short: "Make, move and remove the keys of a device",
		Long: `The key commands work with the keys of a device, by their labels. No key is ever
given or printed in the clear: keys come and go as key blocks (X9.143, TR-31),
under a protection key (KBPK) of the device.

The one exception is the ceremony by which a first key comes to be in two places:
'pinion key components' makes the components that two to nine people carry, and
'pinion key combine' takes them one by one, from a prompt without echo.

A usage is that of X9.143: P0 PIN encryption, B0 DUKPT base derivation, V1 IBM
3624, V2 Visa PVV, V0 other PIN verification, K0 key encryption, K1 key block
protection. An algorithm is TDES2, TDES3, AES128, AES192 or AES256.

A keystore soft:/path/keys.json has a passphrase. It is in PINION_PASSPHRASE, or
in the file of passphrase-source=file:/path, or asked for.`,
		Example: `  export PINION_DEVICE=soft:/var/lib/pinion/keys.json
  pinion key generate --label kbpk1 --usage K1 --algorithm AES256
  pinion key generate --label zpk1 --usage P0 --algorithm TDES2
  pinion key export --label zpk1 --kbpk kbpk1`,
	})
}

// keyCommand is what the key commands share.
type keyCommand struct {
	output
	deviceFlags
	env   *env
	label string
}

// flags adds --device and --json, and --label with the given help, if any.
func (k *keyCommand) flags(c *cobra.Command, label string) {
	c.Args = noArgs
	k.addURI(c)
	if label != "" {
		c.Flags().StringVar(&k.label, "label", "", label)
	}
	k.output.flag(c)
}

// with calls f with the device, and closes it.
func (k *keyCommand) with(ctx context.Context, f func(*hsm.HSM) error) (err error) {
	h, err := k.open(ctx, k.env)
	if err != nil {
		return keyProblemOf(err)
	}
	defer func() {
		if closing := h.Close(); err == nil && closing != nil {
			err = closing
		}
	}()
	return keyProblemOf(f(h))
}

// noteEphemeral says of a device that keeps nothing that it does not.
func (k *keyCommand) noteEphemeral() {
	if uri := k.where(k.env); strings.HasSuffix(uri, ":") {
		k.note("the device %s is gone when this command ends, and its keys with it", uri)
	}
}

func (k *keyCommand) note(format string, a ...any) {
	_, _ = fmt.Fprintf(k.env.stderr, "note: "+format+"\n", a...)
}

// needLabel returns an error if there is no --label.
func (k *keyCommand) needLabel() error {
	if k.label == "" {
		return usage("--label is missing").withHint("'pinion key list' shows the labels there are")
	}
	return nil
}

// keyProblemOf gives the errors of keys their exit codes.
func keyProblemOf(err error) error {
	var p *problem
	if err == nil || errors.As(err, &p) {
		return err
	}
	if errors.Is(err, errors.ErrUnsupported) {
		return &problem{code: exitRefused, what: strings.TrimSuffix(plain(err), ": "+errors.ErrUnsupported.Error()), hint: hintOf(err), err: err}
	}
	return err
}

// keyRow is a key as the commands print it.
type keyRow struct {
	Label     string `json:"label"`
	Usage     string `json:"usage"`
	Algorithm string `json:"algorithm"`
	KCV       string `json:"kcv"`
}

func rowOf(i hsm.KeyInfo) keyRow {
	r := keyRow{Label: i.Label, Usage: string(i.Usage), KCV: i.KCV}
	if i.Algorithm.Valid() {
		r.Algorithm = i.Algorithm.String()
	}
	return r
}

// String returns the row with a dash for what the device does not know.
func (r keyRow) String() string {
	return strings.Join([]string{r.Label, cmp.Or(r.Usage, "-"), cmp.Or(r.Algorithm, "-"), cmp.Or(r.KCV, "-")}, " ")
}

// print prints one key.
func (k *keyCommand) print(i hsm.KeyInfo) error {
	r := rowOf(i)
	return k.write(k.env, r.String(), r)
}

// kindFlags are what a new key is to be.
type kindFlags struct{ usage, algorithm string }

// addUsage defines --usage.
func (f *kindFlags) addUsage(c *cobra.Command) {
	c.Flags().StringVar(&f.usage, "usage", "", "`usage` of X9.143, two characters: P0, B0, V1, V2, K0, K1 …")
	completeWith(c, "usage", func() []string {
		var list []string
		for _, u := range []keys.Usage{keys.UsagePIN, keys.UsageBDK, keys.UsageInitialKey, keys.UsageIBM3624, keys.UsageVisaPVV, keys.UsagePVKOther, keys.UsageKEK, keys.UsageKBPK} {
			list = append(list, string(u)+"\t"+u.Description())
		}
		return list
	})
}

// addAlgorithm defines --algorithm.
func (f *kindFlags) addAlgorithm(c *cobra.Command) {
	c.Flags().StringVar(&f.algorithm, "algorithm", "", "TDES2, TDES3, AES128, AES192 or AES256")
	completeWith(c, "algorithm", func() []string {
		return []string{"TDES2", "TDES3", "AES128", "AES192", "AES256"}
	})
}

func (f *kindFlags) getUsage() (keys.Usage, error) {
	if f.usage == "" {
		return "", usage("--usage is missing").withHint("P0 is PIN encryption; 'pinion help key' has more")
	}
	u, err := keys.ParseUsage(f.usage)
	if err != nil {
		return "", about("--usage", err).withHint("P0 is PIN encryption; 'pinion help key' has more")
	}
	return u, nil
}

func (f *kindFlags) getAlgorithm() (keys.Algorithm, error) {
	const hint = "TDES2, TDES3, AES128, AES192 or AES256"
	if f.algorithm == "" {
		return 0, usage("--algorithm is missing").withHint(hint)
	}
	a, err := keys.ParseAlgorithm(f.algorithm)
	if err != nil {
		return 0, about("--algorithm", err).withHint(hint)
	}
	return a, nil
}
