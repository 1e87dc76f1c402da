package diagnose

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"slices"
	"strings"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

func init() { provide(derived) }

// derivedKey is a key that DUKPT, or a mistake in it, makes of the key given.
type derivedKey struct {
	step
	algorithm keys.Algorithm // as it is used, which need not be as it was made
	bytes     []byte
	right     bool // no mistake was made on the way
}

// derived returns what may have been done with a BDK or an initial key, and the
// KSN. One mistake at a time: two, and everything would fit something.
func derived(in Input, key []byte) []treatment {
	if in.KSN == "" {
		return nil
	}
	var found []derivedKey
	for _, r := range ksnReadings(in.KSN) {
		for _, b := range bases(key, r.ksn) {
			if r.bits > 0 && !b.right {
				continue
			}
			how := b.and(r.step)
			tx, err := dukpt.Derive(b.key, r.ksn)
			if err != nil {
				found = append(found, unchecked(b, r.ksn, how)...)
				continue
			}
			if r.bits == 0 && b.right {
				found = append(found, mistaken(b, tx)...)
			}
			found = append(found, pinKeys(b, tx, how, r.bits == 0 && b.right)...)
		}
	}
	slices.SortStableFunc(found, func(a, b derivedKey) int { return int(a.bits) - int(b.bits) })
	return asTreatments(found)
}

// asTreatments leaves out keys that are there already, with a lesser mistake.
func asTreatments(found []derivedKey) (out []treatment) {
	seen := map[string]bool{}
	for _, d := range found {
		id := string(byte(d.algorithm.BlockSize())) + string(d.bytes)
		c := d.cipher()
		if c == nil || seen[id] {
			continue
		}
		seen[id] = true
		ts := operations(d.step, d.algorithm.BlockSize(), each(c.Decrypt), each(c.Encrypt))
		if !d.right {
			ts = ts[:1]
		}
		for _, t := range ts {
			t.derived = true
			out = append(out, t)
		}
	}
	return out
}

func (d derivedKey) cipher() cipher.Block {
	if len(d.bytes) != d.algorithm.KeySize() {
		return nil
	}
	if d.algorithm.BlockSize() == 8 {
		return tdesCipher(d.bytes)
	}
	c, err := aes.NewCipher(d.bytes)
	if err != nil {
		return nil
	}
	return c
}

// base is a key to derive from: the key given, or what a mistake makes of it.
type base struct {
	step
	key   keys.Key
	right bool
}

// schemeAlgorithm returns the algorithm of a BDK of n bytes for a KSN, 0 if it
// has none.
func schemeAlgorithm(n int, ksn dukpt.KSN) keys.Algorithm {
	if ksn.IsAES() {
		return map[int]keys.Algorithm{16: keys.AES128, 24: keys.AES192, 32: keys.AES256}[n]
	}
	return map[int]keys.Algorithm{16: keys.TDES2}[n]
}

const underDerived = "under the PIN key of the transaction, with the key given as "

// bases returns the keys that a PIN key may have been derived from.
func bases(raw []byte, ksn dukpt.KSN) (out []base) {
	a := schemeAlgorithm(len(raw), ksn)
	add := func(u keys.Usage, raw []byte, s step, right bool) {
		if k, err := cleartext.New(a, u, raw); a != 0 && err == nil {
			out = append(out, base{s, k, right})
		}
	}
	add(keys.UsageBDK, raw, step{what: underDerived + "the BDK"}, true)
	add(keys.UsageInitialKey, raw, step{what: underDerived + "the terminal's initial key"}, true)
	reversed := bytes.Clone(raw)
	slices.Reverse(reversed)
	half := len(raw) / 2
	add(keys.UsageBDK, join(raw[half:], raw[:half]), step{
		"under the PIN key derived from the BDK with its halves swapped", "Swap the two halves of the BDK on one side.", 4,
	}, false)
	add(keys.UsageBDK, reversed, step{
		"under the PIN key derived from the BDK with its bytes in reverse order", "Turn the order of the BDK's bytes round on one side.", 7,
	}, false)
	if len(out) == 0 {
		return nil
	}
	ik, err := dukpt.InitialKey(out[0].key, ksn)
	if err != nil {
		return out
	}
	twice := cleartext.Bytes(ik)
	add(keys.UsageBDK, twice, step{
		"under a key derived as if the initial key were the BDK",
		"The other side derives an initial key of the initial key: what it holds is no BDK, and that step is one too many.", 5,
	}, false)
	if a == keys.TDES2 {
		out = append(out, tdesBases(raw, twice, ksn)...)
	}
	return out
}

// words of algorithms, as they are said.
func said(a keys.Algorithm) string {
	name := a.String()
	switch {
	case a == keys.TDES2:
		return "double length TDES"
	case a == keys.TDES3:
		return "triple length TDES"
	}
	return strings.Replace(name, "AES", "AES-", 1)
}

// pinKeys returns the PIN keys of a transaction that was derived from b.
func pinKeys(b base, tx dukpt.Transaction, how step, right bool) (out []derivedKey) {
	usual := []keys.Algorithm{keys.TDES2}
	if tx.KSN().IsAES() {
		usual = append(usual, b.key.Algorithm())
	}
	for _, a := range usual {
		if k, err := tx.WorkingKey(dukpt.PIN, a); err == nil {
			out = append(out, derivedKey{how, a, cleartext.Bytes(k), right})
		}
	}
	return out
}
