package hsm

import "github.com/pinion-hsm/pinion/pinblock"

// failures completes the errors of the blocks of one translation. Those that every bad
// block has are made once: where half of a million blocks are bad, making them would
// take longer than the blocks.
type failures struct {
	key        string // label of the key that is named, if one is
	block, pan error
}

// complete is [fail] for an error that the device gave.
func (f *failures) complete(err error) error {
	switch err {
	case ErrBlock:
		return f.once(&f.block, err)
	case pinblock.ErrPANLength:
		return f.once(&f.pan, err)
	}
	return fail(OpTranslate, f.key, err)
}

func (f *failures) once(made *error, err error) error {
	if *made == nil {
		*made = fail(OpTranslate, f.key, err)
	}
	return *made
}
