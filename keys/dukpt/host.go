package dukpt

import (
	"github.com/pinion-hsm/pinion/internal/secret"
	"github.com/pinion-hsm/pinion/keys"
)

// InitialKey returns the initial key of a terminal (once called IPEK), of usage
// B1 and the BDK's algorithm: what is loaded into the terminal. The counter of ksn
// is not read. bdk has usage B0 and is TDES2 or AES. Errors are [ErrKSN],
// [ErrScheme], [keys.ErrZeroKey], [keys.ErrUsage], and [keys.ErrKeySize] for a
// triple length BDK.
func InitialKey(bdk keys.Key, ksn KSN) (keys.Key, error) {
	n, err := newNode(bdk, ksn)
	defer n.clear()
	if err != nil {
		return keys.Key{}, err
	}
	if bdk.Usage() != keys.UsageBDK {
		return keys.Key{}, keys.ErrUsage
	}
	if err := n.initial(ksn); err != nil {
		return keys.Key{}, err
	}
	return keys.FromSecret(n.alg, keys.UsageInitialKey, secret.New(n.bytes()))
}

// PINKey returns the key of the PIN block that came with ksn, of usage P0: TDES2,
// or AES as long as k. Where the terminal has agreed on another algorithm for
// its PIN blocks, as AES-128 under an AES-256 BDK, that takes [WorkingKey].
//
// k is the BDK (usage B0) or the terminal's initial key (B1), which saves a step.
// The errors are those of [InitialKey], [ErrCounterZero] and [ErrCounterBits].
func PINKey(k keys.Key, ksn KSN) (keys.Key, error) {
	return WorkingKey(k, ksn, PIN, k.Algorithm())
}

// WorkingKey returns the key of the transaction ksn for a purpose, of algorithm a
// and the X9.143 usage of the purpose: P0 for PIN, M3 (TDES) or M6 (AES) for
// MACs, D0 for data, K0 for key encryption, B3 for key derivation.
//
// TDES DUKPT has TDES2 keys only, and none for key encryption and derivation. AES
// DUKPT has them of every algorithm, but for those stronger than k.
//
// The errors are those of [PINKey], [ErrPurpose], [ErrAlgorithm] and
// [ErrStrength].
func WorkingKey(k keys.Key, ksn KSN, p Purpose, a keys.Algorithm) (keys.Key, error) {
	n, err := transactionNode(k, ksn)
	defer n.clear()
	if err != nil {
		return keys.Key{}, err
	}
	return n.workingKey(ksn, p, a)
}

// UpdateKey returns the key under which a host sends an AES DUKPT terminal its
// next initial key: that for key encryption of the counter FFFFFFFF, which is no
// transaction's. It has usage K0; the counter of ksn is not read.
// Errors are as for [WorkingKey]; TDES DUKPT has none, which is [ErrPurpose].
func UpdateKey(k keys.Key, ksn KSN, a keys.Algorithm) (keys.Key, error) {
	n, err := initialNode(k, ksn)
	defer n.clear()
	if err != nil {
		return keys.Key{}, err
	}
	if !ksn.IsAES() {
		return keys.Key{}, ErrPurpose
	}
	ksn = ksn.withCounter(aesCounter.mask())
	if err := n.walk(ksn, ksn.Counter()); err != nil {
		return keys.Key{}, err
	}
	return n.workingKey(ksn, KeyEncryption, a)
}
