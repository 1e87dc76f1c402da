package main

import (
	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// steps explains the keys that derive is asked for; of the transaction key, all that
// are made of it. HMAC keys are explained with those of the cipher.
func (d *labDerivation) steps(e *env, key keys.Key, ksn dukpt.KSN, a keys.Algorithm, hmac dukpt.HMACLength) error {
	if hmac != 0 {
		if d.purpose == purposeUpdate {
			return dukptProblem(dukpt.ErrAlgorithm) // an HMAC key enciphers nothing
		}
		a = key.Algorithm()
	}
	var purposes []dukpt.Purpose
	switch d.purpose {
	case "", purposeTransaction:
	case purposeUpdate:
		x, err := explain.DUKPTUpdateKey(key, ksn, a)
		return d.explained(e, x, dukptProblem(err))
	default:
		p, err := purposeFlag(d.purpose)
		if err != nil {
			return err
		}
		purposes = []dukpt.Purpose{p}
	}
	x, err := explain.DUKPT(key, ksn, a, purposes...)
	if err == nil && hmac != 0 && len(purposes) > 0 {
		err = hasHMACKey(key, ksn, purposes[0], hmac)
	}
	return d.explained(e, x, dukptProblem(err))
}

// hasHMACKey returns why there is no HMAC key for a purpose.
func hasHMACKey(key keys.Key, ksn dukpt.KSN, p dukpt.Purpose, length dukpt.HMACLength) error {
	tx, err := dukpt.Derive(key, ksn)
	if err == nil {
		_, err = tx.HMACKey(p, length)
	}
	return err
}

// steps explains the next transaction of a terminal: its PIN key, and its block.
func (t *labTerminal) steps(c *cobra.Command, e *env, terminal *dukpt.Terminal, a keys.Algorithm,
	f pinblock.Format, pin pinblock.PIN, pan pinblock.PAN, o *clear.Options,
) error {
	if t.records || c.Flags().Changed("count") && t.count != 1 {
		return usage("--explain is of one transaction, the first: leave out --count and --records")
	}
	tx, err := terminal.Next()
	if err != nil {
		return dukptProblem(err)
	}
	root, err := t.dukpt.key(tx.KSN())
	if err != nil {
		return err
	}
	x, err := explain.DUKPT(root, tx.KSN(), a, dukpt.PIN)
	if err != nil {
		return t.explained(e, x, blamePINKey(err))
	}
	key, err := tx.WorkingKey(dukpt.PIN, a)
	if err != nil {
		return blamePINKey(err)
	}
	block, err := explain.Seal(c.Context(), key, f, pin, pan, o)
	x.Title += ", and its PIN block"
	x.Steps = append(x.Steps, block.Steps...)
	x.Answer = append(x.Answer, block.Answer...)
	x.Notes = append(x.Notes, block.Notes...)
	return t.explained(e, x, blame(err, f))
}
