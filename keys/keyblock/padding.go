package keyblock

import "crypto/rand"

// idPB is the padding block, X9.143 section 6.3.6.11: data that means nothing and
// makes the optional blocks fill whole cipher blocks.
const idPB = "PB"

// align returns optional blocks that fill whole cipher blocks. Those that do are
// returned as they are, their padding included, so that what was unwrapped can be
// wrapped again. Otherwise the padding at the end is replaced.
func (v *version) align(blocks []OptionalBlock) []OptionalBlock {
	n := Header{Optional: blocks}.optionalLen()
	if n%v.block == 0 {
		return blocks
	}
	for len(blocks) > 0 && blocks[len(blocks)-1].ID == idPB {
		n -= blocks[len(blocks)-1].len()
		blocks = blocks[:len(blocks)-1]
	}
	rest := n % v.block
	if rest == 0 {
		return blocks
	}
	data := v.block - rest - shortPrefix
	if data < 0 {
		data += v.block
	}
	// Letters and digits alone: some HSM interfaces use other characters to separate
	// fields. The random text has 26 of them, and 15 are the most that is needed.
	pb := OptionalBlock{ID: idPB, Data: rand.Text()[:data]}
	return append(blocks[:len(blocks):len(blocks)], pb)
}
