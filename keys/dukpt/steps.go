package dukpt

import (
	"math/bits"

	"github.com/pinion-hsm/pinion/keys"
)

// Step is one derivation of AES DUKPT, for a device in which keys are derived
// without leaving it: PKCS#11's CKM_AES_ECB_ENCRYPT_DATA is one. Nothing in it is
// secret.
type Step struct {
	// Data is 16 or 32 bytes, to be enciphered in ECB mode under the key at hand.
	Data []byte
	// Algorithm is that of the next key, which is as much of the enciphered
	// data as a key of it has, from the left.
	Algorithm keys.Algorithm
	// Usage is that of the next key: B1 after the first step, that of the working
	// key after the last. It is empty for the keys between, which are for
	// derivation only and should not outlive it.
	Usage keys.Usage
}

// Steps returns the way from an AES BDK of algorithm bdk, or from the initial key
// (without the first step), to the working key of the transaction ksn for a
// purpose: 3 to 18 steps. The errors are those of [WorkingKey].
func Steps(bdk keys.Algorithm, ksn KSN, p Purpose, a keys.Algorithm) ([]Step, error) {
	switch {
	case ksn.IsZero():
		return nil, ErrKSN
	case !ksn.IsAES() || bdk.BlockSize() != 16:
		return nil, ErrScheme
	}
	if err := ksn.Check(); err != nil {
		return nil, err
	}
	last, err := workingStep(bdk, ksn, p, a)
	if err != nil {
		return nil, err
	}
	steps := make([]Step, 0, bits.OnesCount32(ksn.Counter())+2)
	steps = append(steps, Step{initialStep(bdk, ksn).append(nil), bdk, keys.UsageInitialKey})
	for counter := range prefixes(ksn.Counter()) {
		steps = append(steps, Step{intermediateStep(bdk, ksn, counter).append(nil), bdk, ""})
	}
	return append(steps, Step{last.append(nil), a, p.usage(a)}), nil
}

// append appends the blocks of s to dst.
func (s step) append(dst []byte) []byte {
	for i := range s.blocks() {
		b := s.block(i)
		dst = append(dst, b[:]...)
	}
	return dst
}
