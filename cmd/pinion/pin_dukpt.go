package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// What may be wrong with where a KSN is and where it is not.
var (
	errNoKSN    = errors.New("it is missing, and the key is a base derivation key: the KSN comes with each block")
	errNotBDK   = errors.New("it was given, and the key is no base derivation key (usage B0 or B1)")
	errFirstKSN = errors.New("it is missing, and new_ksn was given")
)

// dukptHelp ends the long help of the commands that take a KSN.
const dukptHelp = `

Where the key is a base derivation key (usage B0) or a terminal's initial key
(B1), the KSN that came with the block goes with it, as --ksn or as "ksn" in each
record, and the key of the block is derived on the device.`

// addDUKPT adds what DUKPT needs beside a KSN.
func (k *pinKeyFlags) addDUKPT(c *cobra.Command) {
	c.Flags().StringVar(&k.algorithm, "pin-key-algorithm", "",
		"algorithm of the derived PIN key where it is not the usual one, like aes128 under an AES-256 BDK")
	completeWith(c, "pin-key-algorithm", algorithmNames)
}

// algorithmNames returns the names of all algorithms as they are typed.
func algorithmNames() []string { return []string{"tdes2", "tdes3", "aes128", "aes192", "aes256"} }

// derived reads --pin-key-algorithm into a key.
func (k *pinKeyFlags) derived(key hsm.PINKey) (hsm.PINKey, error) {
	if k.algorithm == "" {
		return key, nil
	}
	a, err := keys.ParseAlgorithm(k.algorithm)
	if err != nil {
		return key, usage("--pin-key-algorithm: want tdes2, tdes3, aes128, aes192 or aes256")
	}
	if a.BlockSize() != key.Format.BlockSize() {
		return key, usage("--pin-key-algorithm: blocks of %s are %d bytes, and those of %v are %d",
			key.Format.Name(), key.Format.BlockSize(), a, a.BlockSize())
	}
	key.Algorithm = a
	return key, nil
}

// ksn returns a member that is the KSN of a transaction, the zero KSN if none
// was given.
func (r *request) ksn(name string) (dukpt.KSN, error) {
	text, ok := r.members[name]
	if !ok {
		return dukpt.KSN{}, nil
	}
	ksn, err := dukpt.ParseKSN(text)
	if err == nil {
		err = ksn.Check()
	}
	if err != nil {
		return dukpt.KSN{}, &fieldError{name, err}
	}
	return ksn, nil
}

// ksns returns the KSNs of a change: that of the current PIN's block, and that of
// the new one's if it is another.
func (r *request) ksns() (current, fresh dukpt.KSN, err error) {
	if current, err = r.ksn("ksn"); err != nil {
		return current, fresh, err
	}
	if fresh, err = r.ksn("new_ksn"); err != nil {
		return current, fresh, err
	}
	if current.IsZero() && !fresh.IsZero() {
		err = &fieldError{"ksn", errFirstKSN}
	}
	return current, fresh, err
}

// blameKSN says of a refused key that it was for want of a KSN, or because of
// one. That is the fault of one request, where a key of a wrong usage is that of
// the command.
func blameKSN(ctx context.Context, h *hsm.HSM, from hsm.PINKey, err error) error {
	var refused *hsm.Error
	if !errors.As(err, &refused) || !errors.Is(err, hsm.ErrKeyUsage) || refused.Key != from.Key {
		return err
	}
	info, infoErr := h.KeyInfo(ctx, from.Key)
	switch {
	case infoErr != nil:
	case info.Usage == keys.UsagePIN && !from.KSN.IsZero():
		return &fieldError{"ksn", errNotBDK}
	case (info.Usage == keys.UsageBDK || info.Usage == keys.UsageInitialKey) && from.KSN.IsZero():
		return &fieldError{"ksn", errNoKSN}
	}
	return err
}
