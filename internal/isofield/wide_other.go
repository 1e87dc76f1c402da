//go:build !amd64 || purego

package isofield

// wide is how many fields this machine looks at at once.
const wide = 1

// lookWide looks at none of the fields: this machine has nothing wider than a word.
func lookWide(int, *Rules, []byte, []uint64) (done int, short, bad uint64) { return 0, 0, 0 }
