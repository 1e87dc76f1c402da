package hsm

import "github.com/pinion-hsm/pinion/pinblock"

// failures completes the errors of the blocks of one translation. Those that every bad
// block has are made once: where half of a million blocks are bad, making them would
// take longer than the blocks.
type failures struct{ block, pan error }

// complete is [fail] for an error that the device gave.
func (f *failures) complete(err error) error {
	switch err {
	case ErrBlock:
		return once(&f.block, err)
	case pinblock.ErrPANLength:
		return once(&f.pan, err)
	}
	return fail(OpTranslate, "", err)
}

func once(made *error, err error) error {
	if *made == nil {
		*made = fail(OpTranslate, "", err)
	}
	return *made
}
