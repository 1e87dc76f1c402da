package keys

// setOddParity sets the lowest bit of each byte so that the byte has an odd
// number of ones, FIPS 46-3. DES itself ignores that bit.
func setOddParity(key []byte) {
	for i, b := range key {
		key[i] = b&0xfe | ones(b>>1)&1 ^ 1
	}
}

// hasOddParity reports whether every byte has an odd number of ones.
func hasOddParity(key []byte) bool {
	all := byte(1)
	for _, b := range key {
		all &= ones(b)
	}
	return all == 1
}

// ones returns 1 if b has an odd number of ones, else 0, without the table that
// math/bits may use: b is part of a key.
func ones(b byte) byte {
	b ^= b >> 4
	b ^= b >> 2
	b ^= b >> 1
	return b & 1
}
