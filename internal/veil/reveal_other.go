//go:build !amd64 || purego

package veil

// revealWide reveals none of the words: this machine has nothing wider than one.
func revealWide([]uint64, []Word) int { return 0 }
