package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

func init() { register("key", newKeyComponents) }

// keyComponents is what the flags of components ask for.
type keyComponents struct {
	output
	kindFlags
	env   *env
	fresh bool
	parts int
	dir   string
	name  string
	show  bool
}

func newKeyComponents(e *env) *cobra.Command {
	k := keyComponents{env: e}
	c := &cobra.Command{
		Use:   "components",
		Short: "Make the components of a key, for two to nine people to carry",
		Long: `Components makes 2 to 9 random components whose exclusive or is a key: a new one
with --new, or one that is asked for without echo. Nobody who has fewer than all
of them knows anything of the key. 'pinion key combine' makes the key of them.

Each component goes to a file of its own in --out-dir, which only you may read and
which must not exist yet. With --show-clear-components each is shown at the
terminal instead, one screen at a time, for its custodian to write down.

What is printed is the check value of each component and of the key.`,
		Example: `  pinion key components --new --algorithm AES256 --parts 3 --out-dir /media/ceremony
  pinion key components --algorithm TDES2 --parts 2 --out-dir /media/ceremony --name zmk1
  pinion key components --new --algorithm TDES3 --parts 2 --show-clear-components`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error { return k.run() },
	}
	f := c.Flags()
	f.BoolVar(&k.fresh, "new", false, "of a new random key; without it, of one that is asked for")
	f.IntVar(&k.parts, "parts", 2, "number of components, 2 to 9")
	f.StringVar(&k.dir, "out-dir", "", "`folder` for one file for each component")
	f.StringVar(&k.name, "name", "component", "what the names of the files begin with")
	f.BoolVar(&k.show, "show-clear-components", false, "show the components at the terminal, one screen at a time")
	k.addAlgorithm(c)
	k.output.flag(c)
	return c
}

// componentRow is a component as it is told of in public.
type componentRow struct {
	KCV  string `json:"kcv"`
	File string `json:"file,omitempty"`
}

func (k *keyComponents) run() error {
	a, err := k.check()
	if err != nil {
		return err
	}
	key, err := k.key(a)
	if err != nil {
		return err
	}
	parts, err := keys.Split(key, k.parts)
	if err != nil {
		return err
	}
	rows := make([]componentRow, len(parts))
	for i, c := range parts {
		rows[i].KCV = c.KCV()
	}
	if k.show {
		err = showComponents(k.env.stdin, k.env.stdout, parts, key.KCV())
	} else {
		err = k.writeFiles(parts, key.KCV(), rows)
	}
	if err != nil {
		return err
	}
	var text strings.Builder
	for i, r := range rows {
		fmt.Fprintf(&text, "%-14s %s", fmt.Sprintf("component %d", i+1), r.KCV)
		if r.File != "" {
			fmt.Fprintf(&text, "  %s", r.File)
		}
		text.WriteByte('\n')
	}
	fmt.Fprintf(&text, "%-14s %s\n", "key", key.KCV())
	return k.write(k.env, text.String(), struct {
		Algorithm  string         `json:"algorithm"`
		KCV        string         `json:"kcv"`
		Components []componentRow `json:"components"`
	}{a.String(), key.KCV(), rows})
}

// check checks the flags before anybody is asked for anything.
func (k *keyComponents) check() (keys.Algorithm, error) {
	a, err := k.getAlgorithm()
	if err != nil {
		return 0, err
	}
	if err := checkParts(k.parts); err != nil {
		return 0, err
	}
	switch {
	case k.show && k.dir != "":
		return 0, usage("--out-dir and --show-clear-components exclude each other")
	case !k.show && k.dir == "":
		return 0, usage("--out-dir is missing").withHint("one file for each component is written there; --show-clear-components shows them at the terminal instead")
	case k.show && (!isTerminal(k.env.stdin) || !isTerminal(k.env.stdout)):
		return 0, usage("--show-clear-components shows one component after the other at a terminal, and this is none").
			withHint("--out-dir writes files that only you may read")
	case strings.ContainsAny(k.name, `/\`) || k.name == "" || strings.HasPrefix(k.name, "."):
		return 0, usage("--name: want the beginning of a file name").withHint("the folder is --out-dir")
	}
	return a, nil
}

func checkParts(n int) error {
	if n < keys.MinComponents || n > keys.MaxComponents {
		return usage("--parts: want %d to %d", keys.MinComponents, keys.MaxComponents)
	}
	return nil
}

// key returns the key to split. Its usage is of no account here.
func (k *keyComponents) key(a keys.Algorithm) (keys.Key, error) {
	if k.fresh {
		return keys.Generate(a, keys.UsageKEK)
	}
	text, err := secretLine(k.env, fmt.Sprintf("The key, %d hex digits (not shown): ", 2*a.KeySize()))
	if err != nil {
		return keys.Key{}, err
	}
	defer clear(text)
	key, err := cleartext.Parse(a, keys.UsageKEK, trimSecret(text))
	switch {
	case errors.Is(err, keys.ErrKeySize):
		return keys.Key{}, usage("the key is not %d hex digits, which %s has", 2*a.KeySize(), a)
	case errors.Is(err, keys.ErrWeak):
		return keys.Key{}, about("the key", err).withHint("such a key protects nothing and is refused")
	case err != nil:
		return keys.Key{}, usage("the key is not hex digits")
	}
	return key, nil
}
