package dukpt

import (
	"crypto/aes"
	"encoding/binary"
	"fmt"

	"github.com/pinion-hsm/pinion/keys"
)

// Key usage indicators of keys that are no working keys, X9.24-3:2017 6.3.2
// table 2. Those of working keys are with their purposes.
const (
	usageIntermediate = 0x8000
	usageInitial      = 0x8001
)

// keyType is an algorithm as the derivation data has it, X9.24-3:2017 6.2 and
// 6.3.2 table 2, and its strength in bits, NIST SP 800-57 part 1 5.6.1.
type keyType struct{ indicator, bits, strength uint16 }

func (t keyType) size() int { return int(t.bits / 8) }

// keyTypes is indexed by keys.Algorithm.
var keyTypes = [...]keyType{
	keys.TDES2:  {0x0000, 128, 112}, // its nominal strength
	keys.TDES3:  {0x0001, 192, 112},
	keys.AES128: {0x0002, 128, 128},
	keys.AES192: {0x0003, 192, 192},
	keys.AES256: {0x0004, 256, 256},
}

// step is one use of the derivation function: the data of the first block, and
// how long the key is that comes out.
type step struct {
	data [aes.BlockSize]byte
	size int
}

// blocks returns how many blocks are enciphered to get the key.
func (s step) blocks() int { return (s.size + aes.BlockSize - 1) / aes.BlockSize }

// block returns the data of a block, counted from zero.
func (s step) block(i int) [aes.BlockSize]byte {
	s.data[1] = byte(i + 1)
	return s.data
}

// newStep returns a step with the derivation data of X9.24-3:2017 6.3.3. tail is
// what tells the keys under one parent apart.
func newStep(usage uint16, t keyType, tail uint64) (s step) {
	s.size = t.size()
	s.data[0] = 1 // version
	s.data[1] = 1 // number of the block
	binary.BigEndian.PutUint16(s.data[2:], usage)
	binary.BigEndian.PutUint16(s.data[4:], t.indicator)
	binary.BigEndian.PutUint16(s.data[6:], t.bits)
	binary.BigEndian.PutUint64(s.data[8:], tail)
	return s
}

// initialStep goes from a BDK to an initial key as long.
func initialStep(bdk keys.Algorithm, ksn KSN) step {
	id := ksn.InitialKeyID()
	return newStep(usageInitial, keyTypes[bdk], binary.BigEndian.Uint64(id[:]))
}

// counterStep goes on from an initial key, with the right half of its ID and a
// counter.
func counterStep(usage uint16, t keyType, ksn KSN, counter uint32) step {
	return newStep(usage, t, uint64(binary.BigEndian.Uint32(ksn.b[4:]))<<32|uint64(counter))
}

// intermediateStep goes from an initial or intermediate key to that of counter.
func intermediateStep(initial keys.Algorithm, ksn KSN, counter uint32) step {
	return counterStep(usageIntermediate, keyTypes[initial], ksn, counter)
}

// workingStep goes from a transaction key to a working key.
func workingStep(initial keys.Algorithm, ksn KSN, p Purpose, a keys.Algorithm) (step, error) {
	switch {
	case !p.Valid():
		return step{}, ErrPurpose
	case !a.Valid():
		return step{}, ErrAlgorithm
	case keyTypes[a].strength > keyTypes[initial].strength:
		return step{}, ErrStrength
	}
	return counterStep(purposes[p].code, keyTypes[a], ksn, ksn.Counter()), nil
}

// follow is the derivation function, X9.24-3:2017 6.3.1: the key in n enciphers the
// blocks of s, and the result is as much of them as the next key needs, from the
// left.
func (n *node) follow(s step) error {
	b, err := aes.NewCipher(n.bytes())
	if err != nil {
		return fmt.Errorf("keys/dukpt: %w", err) // not for a length that a key has
	}
	for i := range s.blocks() {
		n.data = s.block(i)
		b.Encrypt(n.next[i*aes.BlockSize:], n.data[:])
	}
	clear(n.next[s.size:])
	n.key = n.next
	return nil
}
