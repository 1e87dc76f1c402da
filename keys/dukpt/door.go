package dukpt

import "github.com/pinion-hsm/pinion/internal/secret"

// The methods of this file are the door that keys/dukpt/intermediate goes through.
// They are exported because that is another package, and useless to everybody
// else: only packages of this module can look into what they return.

// Secret returns the bytes of the transaction key, hidden; nothing for the zero
// Transaction.
func (t Transaction) Secret() secret.Bytes { return t.key }

// Secret returns the bytes of the key, hidden; nothing for the zero HMACKey.
func (h HMACKey) Secret() secret.Bytes { return h.key }
