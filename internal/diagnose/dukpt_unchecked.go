package diagnose

import (
	"crypto/des"
	"encoding/binary"
	"errors"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// tdesCounterBits are the transaction counter in the last 32 bits of a KSN.
const tdesCounterBits = 1<<21 - 1

// unchecked returns the PIN key of a counter that has too many one bits, which
// package dukpt refuses: a KSN with a mistake in it often has one, and not
// everybody counts.
func unchecked(b base, ksn dukpt.KSN, how step) []derivedKey {
	if ksn.IsAES() || !errors.Is(ksn.Check(), dukpt.ErrCounterBits) {
		return nil
	}
	key := cleartext.Bytes(b.key)
	if b.key.Usage() == keys.UsageBDK {
		ik, err := dukpt.InitialKey(b.key, ksn)
		if err != nil {
			return nil
		}
		key = cleartext.Bytes(ik)
	}
	register := ksn.Bytes()[2:]
	counter := ksn.Counter()
	binary.BigEndian.PutUint32(register[4:], binary.BigEndian.Uint32(register[4:])&^tdesCounterBits)
	for bit := uint32(1 << 20); bit > 0; bit >>= 1 {
		if counter&bit == 0 {
			continue
		}
		binary.BigEndian.PutUint32(register[4:], binary.BigEndian.Uint32(register[4:])|bit)
		key = join(childHalf(masked(key, initialMask, initialMask), register), childHalf(key, register))
	}
	how = how.and(step{
		what: "and a counter that terminals pass over",
		fix:  "The counter has more than 10 one bits, and no terminal that is right has such a transaction.",
		bits: 1,
	})
	return []derivedKey{{step: how, algorithm: keys.TDES2, bytes: masked(key, pinVariant, pinVariant)}}
}

// childHalf is the step that makes one half of the next key, X9.24-1:2009 A.2.
func childHalf(key, register []byte) []byte {
	out := exclusive(register, key[8:])
	c, err := des.NewCipher(key[:8])
	if err != nil {
		return out // GODEBUG=fips140=only has no DES
	}
	c.Encrypt(out, out)
	return exclusive(out, key[8:])
}
