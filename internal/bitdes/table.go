package bitdes

// row is a slice: one bit of each of 512 lanes. Implementations with fewer lanes
// use the first words of it.
type row [8]uint64

const rowBytes = 64

// keyTable holds the three parts of a key or of the keys of all lanes, in slices,
// each part in the order of the initial permutation. It has no pointers, and a
// size for which the allocator keeps rows within lines of the cache.
type keyTable struct {
	wide [3 * 64]row
	// narrow is for the pure Go implementation. The last 64 words are not used;
	// with them an index of eight bits needs no check.
	narrow [4 * 64]uint64
}

// broadcast fills the table with one key of 24 bytes for all lanes. The bits of
// the key become masks by arithmetic, not by branches.
func (t *keyTable) broadcast(key *[24]byte) {
	for part := range 3 {
		for n := range 64 {
			mask := -(uint64(key[8*part+n/8]>>(7-n%8)) & 1)
			i := 64*part + slot(n+1)
			t.narrow[i] = mask
			for j := range t.wide[i] {
				t.wide[i][j] = mask
			}
		}
	}
}
