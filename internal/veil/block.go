package veil

// Block is a hidden clear PIN block of 8 or 16 bytes: what pinblock hands to
// pinblock/clear, and nobody else can look into.
type Block struct {
	_      [0]func()
	hi, lo uint64
	size   int
}

// HideBlock returns a block hidden. An 8-byte block is in hi.
func HideBlock(hi, lo uint64, size int) Block {
	return Block{hi: hi ^ blockMask1, lo: lo ^ blockMask2, size: size}
}

// RevealBlock returns the block in b, and its size in bytes.
func RevealBlock(b Block) (hi, lo uint64, size int) {
	return b.hi ^ blockMask1, b.lo ^ blockMask2, b.size
}

// Extras is what pinblock/clear may choose about a block and nobody else may.
type Extras struct {
	_ [0]func()

	// Fill is the random fill, nibble by nibble from the left, FillLen nibbles
	// of it; without it the fill is drawn.
	Fill    uint64
	FillLen int
	// UDKA is the rightmost four bytes of a card's unique derivation key A in
	// the low half, for the formats bound to one.
	UDKA    uint64
	HasUDKA bool
	// OldPIN is the PIN that a PIN change block replaces, packed as in a PIN.
	OldPIN Word
	// AnyLength lets PINs be as short and as long as the format itself holds.
	AnyLength bool
}
