//go:build amd64 && !purego

package isofield

import "golang.org/x/sys/cpu"

// wide is how many fields this machine looks at at once.
var wide = width()

func width() int {
	switch {
	case cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW:
		return 8
	case cpu.X86.HasAVX2:
		return 4
	default:
		return 1
	}
}

// lookWide is look for as many fields as it says, from the first, so many at once.
func lookWide(wide int, r *Rules, fields []byte, accounts []uint64) (done int, short, bad uint64) {
	steps := len(fields) / 8 / wide
	if wide == 1 || steps == 0 {
		return 0, 0, 0
	}
	done = steps * wide
	// The assembly takes pointers; the lengths are checked here.
	first, account := &fields[:8*done][0], &accounts[:2*done][0]
	if wide == 8 {
		short, bad = look512(r, first, account, steps)
	} else {
		short, bad = look256(r, first, account, steps)
	}
	return done, short, bad
}

// look512 is look for eights of fields.
//
//go:noescape
func look512(r *Rules, fields *byte, accounts *uint64, eights int) (short, bad uint64)

// look256 is look for fours of fields.
//
//go:noescape
func look256(r *Rules, fields *byte, accounts *uint64, fours int) (short, bad uint64)
