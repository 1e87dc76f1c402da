package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
)

func init() { register("key", newKeyCombine) }

// keyCombine is what the flags of combine ask for.
type keyCombine struct {
	keyCommand
	kindFlags
	parts int
	kcv   string
	said  string // the key's check value, if the components' files have it
	files []string
}

func newKeyCombine(e *env) *cobra.Command {
	k := keyCombine{keyCommand: keyCommand{env: e}}
	c := &cobra.Command{
		Use:   "combine",
		Short: "Make a key of its components on a device, without ever showing it",
		Long: `Combine asks one custodian after the other for a component, without echo, and shows
the check value of each, for its custodian to compare before going on. The
exclusive or of all of them is put on the device as a key of the given usage. If
--kcv is given and the key has another check value, nothing is put there.

Where standard input is no terminal, it has one component on each line. With
--from-file, once for each, components come from the files that 'pinion key
components' wrote. These have the check value of the key, which counts where --kcv is
not given. TDES keys get odd parity.`,
		Example: `  pinion key combine --device soft:/var/lib/pinion/keys.json --label zmk1 --usage K0 --algorithm TDES3 --parts 3 --kcv 8CA64D
  pinion key combine --device soft:/var/lib/pinion/keys.json --label kbpk1 --usage K1 --algorithm AES256 --from-file /media/a/component-1-of-2.txt --from-file /media/b/component-2-of-2.txt`,
		RunE: func(c *cobra.Command, _ []string) error { return k.run(c) },
	}
	k.keyCommand.flags(c, "`label` of the new key")
	k.addUsage(c)
	k.addAlgorithm(c)
	f := c.Flags()
	f.IntVar(&k.parts, "parts", 0, "number of components, 2 to 9")
	f.StringVar(&k.kcv, "kcv", "", "`check value` that the key must have, 4 hex digits or more; usually 6")
	f.StringArrayVar(&k.files, "from-file", nil, "`file` with a component, once for each")
	return c
}

func (k *keyCombine) run(c *cobra.Command) error {
	s, err := k.spec()
	if err != nil {
		return err
	}
	if len(k.files) > 0 && !c.Flags().Changed("parts") {
		k.parts = len(k.files)
	}
	if len(k.files) == 0 && !c.Flags().Changed("parts") {
		return usage("--parts is missing").withHint("it says how many components are asked for; --from-file reads them from files")
	}
	if err := checkParts(k.parts); err != nil {
		return err
	}
	if len(k.files) > 0 && len(k.files) != k.parts {
		return usage("--from-file: --parts says %d, and there are %d files", k.parts, len(k.files))
	}
	return k.with(c.Context(), func(h *hsm.HSM) error { return k.ceremony(c.Context(), h, s) })
}

func (k *keyCombine) spec() (s hsm.KeySpec, err error) {
	if s.Label = k.label; s.Label == "" {
		return s, usage("--label is missing")
	}
	if s.Usage, err = k.getUsage(); err != nil {
		return s, err
	}
	if s.Algorithm, err = k.getAlgorithm(); err != nil {
		return s, err
	}
	k.kcv = strings.ToUpper(strings.TrimSpace(k.kcv))
	if k.kcv != "" && (!isHex(k.kcv) || len(k.kcv) < 4 || len(k.kcv) > 2*s.Algorithm.BlockSize()) {
		return s, usage("--kcv: want 4 to %d hex digits", 2*s.Algorithm.BlockSize())
	}
	return s, nil
}

// ceremony asks the custodians, checks the key and loads it.
func (k *keyCombine) ceremony(ctx context.Context, h *hsm.HSM, s hsm.KeySpec) error {
	// Nobody is asked for a component of a key that could not be loaded.
	if _, err := h.KeyInfo(ctx, s.Label); err == nil {
		return &hsm.Error{Key: s.Label, Err: hsm.ErrKeyExists, Hint: "choose another label, or remove that key with 'pinion key delete'"}
	} else if !errors.Is(err, hsm.ErrKeyNotFound) {
		return err
	}
	parts := make([]keys.Component, 0, k.parts)
	for i := range k.parts {
		c, err := k.component(ctx, s, i)
		if err != nil {
			return err
		}
		if j := indexOfSame(parts, c); j >= 0 {
			return usage("components %d and %d are the same", j+1, i+1).withHint("the two cancel out: was one entered twice?")
		}
		parts = append(parts, c)
	}
	key, err := keys.Combine(s.Algorithm, s.Usage, keys.OddParity, parts...)
	if err != nil {
		return about("the components make no key", err).withHint("are they all of the same key, and is the algorithm right?")
	}
	if err := k.checkKCV(key); err != nil {
		return err
	}
	info, err := h.ImportKey(ctx, s, key)
	if err != nil {
		return err
	}
	k.noteEphemeral()
	return k.print(info)
}

// checkKCV compares the key's check value with the one that it must have.
func (k *keyCombine) checkKCV(key keys.Key) error {
	want, who := k.kcv, "--kcv says"
	if want == "" {
		want, who = k.said, "the files of its components say"
	}
	if want == "" {
		return nil
	}
	method, other := keys.TDESECBZero, keys.TDESCMACZero
	if key.BlockSize() == 16 {
		method, other = keys.AESCMACZero, keys.AESECBZero
	}
	got, err := key.KCVWith(method, len(want))
	if err != nil || got == want {
		return err
	}
	p := &problem{code: exitNo, what: fmt.Sprintf("the key has check value %s, and %s another; nothing was loaded", key.KCV(), who),
		hint: "compare the check value of each component with its custodian's"}
	if k.kcv == "" {
		p.hint = "are all its components there? With --kcv, that check value counts"
		return p
	}
	if got, err := key.KCVWith(other, len(want)); err == nil && got == want {
		p.hint = fmt.Sprintf("the one of --kcv is by method %s, and keys here have theirs by %s: give %s if the key is the right one", other, method, key.KCV())
	}
	return p
}
