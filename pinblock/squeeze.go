package pinblock

// squeeze moves the good blocks of a part together and returns them, so that no key
// is given the others. bad are faults of the part, counted from first.
func squeeze(blocks []byte, size int, bad []Fault, first int) (good []byte) {
	end, next := 0, 0
	for _, f := range bad {
		at := size * (f.Index - first)
		end += copy(blocks[end:], blocks[next:at])
		next = at + size
	}
	if len(bad) > 0 {
		end += copy(blocks[end:], blocks[next:])
		return blocks[:end]
	}
	return blocks
}

// spread is the inverse of squeeze. The places of bad blocks become zeros.
func spread(blocks []byte, size int, bad []Fault, first int) {
	end, next := len(blocks)-size*len(bad), len(blocks)
	for i := len(bad) - 1; i >= 0; i-- {
		at := size * (bad[i].Index - first)
		n := next - (at + size) // the good blocks right of it
		copy(blocks[at+size:next], blocks[end-n:end])
		clear(blocks[at:][:size])
		end, next = end-n, at
	}
}
