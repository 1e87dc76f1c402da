// Package secret holds key bytes so that they are not shown by accident.
//
// Only this module can import the package, and only its functions, not the
// methods of its type, look inside: an exported method of another package may
// hand out a [Bytes], and a user of the module can carry it but not open it.
//
// It is a guard against accidents, not against an attacker who reads this
// process's memory. Wiping is best effort: the garbage collector runs when it
// runs, and a copy that somebody made is somebody's to clear.
package secret

import (
	"crypto/subtle"
	"runtime"
)

// Bytes owns a secret byte string. The zero Bytes holds nothing.
//
// The bytes sit behind a closure. A Format method alone would not be enough:
// fmt ignores methods on a value it reaches through an unexported field and
// prints the bytes. Through a closure, fmt and reflect only ever see a func.
// Holding a func also makes Bytes non-comparable, so == does not compile.
type Bytes struct{ lend func(func([]byte)) }

// box is what the cleanup watches: when no Bytes refers to it any more, the
// array it points to is wiped.
type box struct{ b []byte }

// New returns a Bytes holding a copy of b. The caller still owns b, and should
// clear it.
func New(b []byte) Bytes { return newBytes(b, func(b []byte) { clear(b) }) }

// newBytes is New with the function that wipes the bytes when nobody holds them
// any more, so that a test can tell when that is.
func newBytes(b []byte, wipe func([]byte)) Bytes {
	x := &box{append([]byte(nil), b...)}
	runtime.AddCleanup(x, wipe, x.b)
	return Bytes{func(use func([]byte)) {
		// Even if use panics, the bytes must not be wiped before it is done.
		defer runtime.KeepAlive(x)
		use(x.b)
	}}
}

// Lend calls use with the bytes in b, nil for the zero Bytes. They are b's own:
// use must not change them, and must not keep them after it returns.
func Lend(b Bytes, use func([]byte)) {
	if b.lend == nil {
		use(nil)
		return
	}
	b.lend(use)
}

// Len returns the number of bytes in b.
func Len(b Bytes) (n int) {
	Lend(b, func(raw []byte) { n = len(raw) })
	return n
}

// IsZero reports whether b is the zero Bytes.
func IsZero(b Bytes) bool { return b.lend == nil }

// Equal reports whether a and b hold the same bytes, in a time that depends on
// their lengths only. The zero Bytes equals nothing, itself included.
func Equal(a, b Bytes) (equal bool) {
	if IsZero(a) || IsZero(b) {
		return false
	}
	Lend(a, func(x []byte) {
		Lend(b, func(y []byte) { equal = subtle.ConstantTimeCompare(x, y) == 1 })
	})
	return equal
}
