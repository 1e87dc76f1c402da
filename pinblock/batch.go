package pinblock

import (
	"context"
	"errors"

	"github.com/pinion-hsm/pinion/internal/overlap"
)

// Column is PIN blocks of one format, one after the other, and their accounts.
type Column struct {
	Blocks []byte
	PANs   []PAN // as many as blocks; zero where no PAN is bound
}

// Fault is what is wrong with one block of a [Column]: [ErrBlock], or
// [ErrPANLength].
type Fault struct {
	Index int
	Err   error
}

var (
	// ErrColumn is returned for a [Column] whose parts do not fit each other.
	ErrColumn = errors.New("pinblock: give as many PANs as blocks, and whole blocks")
	// ErrOverlap is returned where new blocks would be written over those still to be
	// read.
	ErrOverlap = errors.New("pinblock: the new blocks need memory that the old ones do not lie in")
)

// mostAtOnce is how many blocks of a column go to a key in one call: many are far
// cheaper than few where a call crosses a network or a driver, and after some
// thousands nothing more is gained.
const mostAtOnce = 4096

// TranslateAll is [Translate] for a column, with one call of each key for thousands
// of blocks (two for ISO-4). The new blocks are appended to dst, one for each in c and
// in its order; memory in common with c is [ErrOverlap].
//
// What is wrong with one block is that one's affair: it is told in faults, in order,
// and its place is zeros. The error returned is for what concerns them all, a format,
// a key, the device: then nothing is appended.
//
// The bytes behind dst hold clear blocks for the time of the call. They are enciphered
// when it ends, or wiped.
func TranslateAll(ctx context.Context, dst []byte, c Column, from Source, to Target) (made []byte, faults []Fault, err error) {
	r, err := newRecoder(from.Format, to.Format)
	if err != nil {
		return nil, nil, err
	}
	in, out := r.in.size, r.out.size
	if from.Key.BlockSize() != in || to.Key.BlockSize() != out {
		return nil, nil, ErrKeySize
	}
	if len(c.Blocks) != in*len(c.PANs) {
		return nil, nil, ErrColumn
	}
	made = extend(dst, out*len(c.PANs))
	if overlap.Any(made[len(dst):], c.Blocks) {
		return nil, nil, ErrOverlap
	}
	t := translators.Get().(*translator)
	t.recoder, t.source, t.target = r, from, to
	defer t.release()
	for first := 0; first < len(c.PANs); first += mostAtOnce {
		n := min(mostAtOnce, len(c.PANs)-first)
		p := part{
			blocks: c.Blocks[in*first:][:in*n],
			pans:   c.PANs[first:][:n],
			made:   made[len(dst)+out*first:][:out*n],
		}
		if faults, err = t.translate(ctx, p, first, faults); err != nil {
			return nil, nil, err
		}
	}
	return made, faults, nil
}

// extend returns b with n more bytes, whatever they are.
func extend(b []byte, n int) []byte {
	if n <= cap(b)-len(b) {
		return b[:len(b)+n]
	}
	return append(b, make([]byte, n)...)
}
