package session

import (
	"encoding/binary"
	"hash"
)

// concatKDF returns size bytes derived from a shared secret by the single-step
// key derivation function with a hash, NIST SP 800-56A revision 3 section 5.8.2.1
// (SP 800-56C revision 2 section 4, option 1): the hash of a counter of 32 bits
// from 1, the secret and the other information, as often as needed.
func concatKDF(newHash func() hash.Hash, secret, otherInfo []byte, size int) []byte {
	h := newHash()
	out := make([]byte, 0, size+h.Size())
	for counter := uint32(1); len(out) < size; counter++ {
		h.Reset()
		h.Write(binary.BigEndian.AppendUint32(nil, counter))
		h.Write(secret)
		h.Write(otherInfo)
		out = h.Sum(out)
	}
	clear(out[size:])
	return out[:size]
}
