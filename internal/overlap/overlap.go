// Package overlap tells whether slices share memory, where what is written to one would
// change what is still to be read from the other.
package overlap

import "unsafe"

// Any reports whether x and y have a byte in common.
func Any(x, y []byte) bool {
	if len(x) == 0 || len(y) == 0 {
		return false
	}
	a, b := start(x), start(y)
	return a < b+uintptr(len(y)) && b < a+uintptr(len(x))
}

// Inexact reports whether x and y have a byte in common, and do not begin at the same
// one. Work that is done in place needs that they do not.
func Inexact(x, y []byte) bool { return Any(x, y) && start(x) != start(y) }

func start(b []byte) uintptr { return uintptr(unsafe.Pointer(&b[0])) }
