// Package intermediate is the only door to the keys inside DUKPT that are not
// working keys, and to the bytes of HMAC keys. It is for comparing with published
// tables and with other implementations. A program that handles transactions has
// no use for it, and the import line is how a reviewer finds out.
//
// The bytes of working keys and initial keys are those of a keys.Key: see the
// package keys/cleartext.
package intermediate

import (
	"github.com/pinion-hsm/pinion/internal/secret"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// TransactionKey returns a copy of the key that the working keys of t are derived
// from: the current key of X9.24-1, the intermediate derivation key of X9.24-3. It
// must not be used on anything. It is nil for the zero Transaction. The caller
// clears it.
func TransactionKey(t dukpt.Transaction) []byte { return open(t.Secret()) }

// HMACKey returns a copy of the key's bytes, for the caller to clear; nil for the
// zero HMACKey.
func HMACKey(k dukpt.HMACKey) []byte { return open(k.Secret()) }

func open(s secret.Bytes) (raw []byte) {
	secret.Lend(s, func(b []byte) { raw = append(raw, b...) })
	return raw
}
