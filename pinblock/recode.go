package pinblock

import "encoding/binary"

// recoder makes clear blocks of one format into clear blocks of another.
type recoder struct {
	from, to Format
	in, out  *layout
	digits   int // that the PAN needs for both
}

func newRecoder(from, to Format) (r recoder, err error) {
	r.from, r.to = from, to
	if r.in, err = from.layout(); err != nil {
		return r, err
	}
	if r.out, err = to.layout(); err != nil {
		return r, err
	}
	r.digits = max(r.in.minPANFor(from), r.out.minPANFor(to))
	return r, nil
}

// recode takes clear blocks apart and puts the new ones into dst, which is as many,
// and where blocks of both formats are of one size may be the same memory. What is
// not a block becomes zeros, and a fault counted from first. Of ISO-4 it is the PIN
// field.
func (r *recoder) recode(dst, src []byte, pans []PAN, next words, first int, faults []Fault) ([]Fault, error) {
	if q, ok := r.quick(); ok {
		return q.recode(dst, src, pans, next, first, faults), nil
	}
	return r.general(dst, src, pans, next, first, faults)
}

// general is recode for any two formats.
func (r *recoder) general(dst, src []byte, pans []PAN, next words, first int, faults []Fault) ([]Fault, error) {
	for i, pan := range pans {
		hi, lo, err := r.one(binary.BigEndian.Uint64(src[r.in.size*i:]), pan, next)
		switch err {
		case nil:
		case ErrBlock, ErrPANLength:
			faults = append(faults, Fault{first + i, err})
			hi, lo = 0, 0
		default:
			return faults, err
		}
		binary.BigEndian.PutUint64(dst[r.out.size*i:], hi)
		if r.out.size == 16 {
			binary.BigEndian.PutUint64(dst[16*i+8:], lo)
		}
	}
	return faults, nil
}

// one is recode for one block.
func (r *recoder) one(field uint64, pan PAN, next words) (hi, lo uint64, err error) {
	if pan.Len() < r.digits {
		return 0, 0, ErrPANLength
	}
	off, err := r.in.mask(pan, nil)
	if err != nil {
		return 0, 0, err
	}
	on, err := r.out.mask(pan, nil)
	if err != nil {
		return 0, 0, err
	}
	digits, bad := r.in.take(r.from, field^off, nil)
	if bad != 0 {
		return 0, 0, ErrBlock
	}
	hi, lo, err = r.out.put(r.to, digits, nil, next)
	return hi ^ on, lo, learnt(err)
}

// learnt hides an error that says something about a PIN that was deciphered.
func learnt(err error) error {
	if err == ErrPINLength || err == ErrPadInPIN {
		return ErrBlock
	}
	return err
}
