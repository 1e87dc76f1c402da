package dukpt

import "encoding/binary"

// keyMask is what makes a second key of a key, for the other half of the result,
// X9.24-1:2009 A.2 and A.6. It is for both halves of a key.
const keyMask = 0xc0c0c0c000000000

// tdesKey is a double length TDES key.
type tdesKey struct{ left, right uint64 }

func loadTDES(b *[16]byte) tdesKey {
	return tdesKey{binary.BigEndian.Uint64(b[:]), binary.BigEndian.Uint64(b[8:])}
}

func (k *tdesKey) store(b *[16]byte) {
	binary.BigEndian.PutUint64(b[:], k.left)
	binary.BigEndian.PutUint64(b[8:], k.right)
}

// tdes makes another key of the one in n.
func (n *node) tdes(derive func(k *tdesKey, arg uint64), arg uint64) {
	k := loadTDES((*[16]byte)(n.key[:]))
	derive(&k, arg)
	k.store((*[16]byte)(n.key[:]))
}

// register returns the right 64 bits of k with another counter, the crypto register
// of the derivation.
func (k KSN) register(counter uint32) uint64 {
	k = k.withCounter(counter)
	return binary.BigEndian.Uint64(k.b[2:])
}

// initial makes the initial key of a BDK, X9.24-1:2009 A.6, X9.24-3:2017 C.7.
func (k *tdesKey) initial(id uint64) {
	masked := tdesKey{k.left ^ keyMask, k.right ^ keyMask}
	k.left, k.right = k.encrypt(id), masked.encrypt(id)
}

// child makes the key below k: the non-reversible key generation process,
// X9.24-1:2009 A.2, X9.24-3:2017 C.3.6.
func (k *tdesKey) child(register uint64) {
	var s desKey
	half := func(left, right uint64) uint64 {
		s.set(left)
		return s.encrypt(register^right) ^ right
	}
	k.left, k.right = half(k.left^keyMask, k.right^keyMask), half(k.left, k.right)
	clear(s[:])
}

// variant makes the working key of a transaction key, X9.24-1:2009 A.4.1.
func (k *tdesKey) variant(mask uint64) {
	k.left ^= mask
	k.right ^= mask
}

// dataKey is variant for data: each half is then enciphered under the whole, so
// that data keys, which are used outside of secure devices, do not give away the
// others. X9.24-1:2009 A.4.1.
func (k *tdesKey) dataKey(mask uint64) {
	k.variant(mask)
	k.left, k.right = k.encrypt(k.left), k.encrypt(k.right)
}

// encrypt enciphers one block with TDES.
func (k *tdesKey) encrypt(block uint64) uint64 {
	var l, r desKey
	l.set(k.left)
	r.set(k.right)
	block = l.encrypt(r.decrypt(l.encrypt(block)))
	clear(l[:])
	clear(r[:])
	return block
}

// weak reports whether both halves of k are one DES key, but for the parity bits.
func (k *tdesKey) weak() bool { return (k.left^k.right)&0xfefefefefefefefe == 0 }
