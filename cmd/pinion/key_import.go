package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys/keyblock"
)

func init() { register("key", newKeyImport) }

func newKeyImport(e *env) *cobra.Command {
	k := keyCommand{env: e}
	var kbpk string
	var block keyBlockFlag
	c := &cobra.Command{
		Use:   "import",
		Short: "Put the key of a key block on a device",
		Long: `Import unwraps a key block (X9.143, TR-31) under a protection key of the device, and
puts the key on the device. Usage and algorithm are those in the block, and what
else the block says of its key, its mode of use and whether it may be exported,
stays with it where the device can keep it.

A block that is not authentic under the protection key is exit code 1: a wrong
key, a changed header and a changed key look the same.`,
		Example: `  pinion key import --device soft:/var/lib/pinion/keys.json --label zpk2 --kbpk kbpk1 --block - < block.txt`,
		RunE: func(c *cobra.Command, _ []string) error {
			if k.label == "" {
				return usage("--label is missing").withHint("the label that the key is to have on the device")
			}
			if err := needKBPK(kbpk); err != nil {
				return err
			}
			text, err := block.get(e)
			if err != nil {
				return err
			}
			return k.with(c.Context(), func(h *hsm.HSM) error {
				info, exposure, err := h.ImportKeyBlock(c.Context(), hsm.KeyBlockImport{
					Block: text, KBPK: kbpk,
					Spec: hsm.KeySpec{Label: k.label},
				})
				if err != nil {
					return keyBlockProblem(err)
				}
				if exposure == hsm.InProcess {
					k.noteInProcess(text)
				}
				k.noteEphemeral()
				return k.print(info)
			})
		},
	}
	k.flags(c, "`label` that the key is to have")
	c.Flags().StringVar(&kbpk, "kbpk", "", "`label` of the protection key on the device (usage K1, K0 or K4)")
	block.add(c)
	return c
}

func needKBPK(label string) error {
	if label == "" {
		return usage("--kbpk is missing").withHint("the label of a key of the device with usage K1, K0 or K4")
	}
	return nil
}

// noteInProcess says what a device that unwraps no key blocks did not do.
func (k *keyCommand) noteInProcess(block string) {
	k.note("the device unwraps no key blocks: this process did, and the key was in its memory")
	h, err := keyblock.ParseHeader(block)
	if err == nil && !slices.Contains([]byte("BCNX"), h.Mode) {
		k.note("the block restricts its key to mode of use %c, and the device does not keep that", h.Mode)
	}
}

// keyBlockProblem says what is wrong with a key block, and says nothing of what is
// in it. A block that is not authentic is an answer, and it is no.
func keyBlockProblem(err error) error {
	var h *hsm.Error
	what := err
	if errors.As(err, &h) {
		what = h.Err
	}
	switch {
	case errors.Is(err, keyblock.ErrMAC):
		return &problem{code: exitNo, what: "--block: " + plain(what), err: err,
			hint: "compare the check value of the protection key with the sender's; see if the block was cut or its header changed"}
	case errors.Is(err, keyblock.ErrHeader):
		return usage("--block: %s", plain(what)).withHint("a key block begins with its version, A to E, and four digits for its length: 'pinion key inspect' shows its fields")
	case errors.Is(err, keyblock.ErrInconsistent):
		return usage("--block: %s", strings.ReplaceAll(plain(what), "\n", "; ")).withHint("such a key has no use that all would agree on: 'pinion key inspect' explains the block")
	case errors.Is(err, keyblock.ErrNotCipherKey):
		return usage("--block: %s", plain(what)).withHint("devices keep TDES and AES keys")
	case errors.Is(err, keyblock.ErrKBPK), errors.Is(err, keyblock.ErrStrength), errors.Is(err, keyblock.ErrVariantBinding):
		return &problem{code: exitRefused, what: "--kbpk: " + plain(what), err: err, hint: hintOf(err)}
	}
	return err
}
