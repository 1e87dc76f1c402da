package pinverify

import (
	"context"

	"github.com/pinion-hsm/pinion/pinblock"
)

// checkData validates the settings that the IBM methods share.
func checkData(t Table, v Validation) error {
	if t.IsZero() {
		return ErrTable
	}
	return v.Check()
}

// natural returns the 16 digits of the decimalized cryptogram of the validation
// data, from which the IBM methods take their natural (intermediate, assigned)
// PINs.
func natural(ctx context.Context, key pinblock.Encrypter, t Table, v Validation, pan pinblock.PAN) (uint64, error) {
	if err := checkData(t, v); err != nil {
		return 0, err
	}
	data, err := v.data(pan)
	if err != nil {
		return 0, err
	}
	cryptogram, err := encipher(ctx, key, data)
	if err != nil {
		return 0, err
	}
	return t.decimalize(cryptogram), nil
}

// digits3to6 returns the four digits of which the German and the Dutch method
// make their PINs.
func digits3to6(ctx context.Context, key pinblock.Encrypter, t Table, v Validation, pan pinblock.PAN) (uint64, error) {
	w, err := natural(ctx, key, t, v, pan)
	return take(w, 2, 4), err
}

// digits3to6Plus returns those digits plus an offset of four.
func digits3to6Plus(ctx context.Context, key pinblock.Encrypter, t Table, v Validation, pan pinblock.PAN, offset []byte) (uint64, error) {
	o, err := parseReference(offset, 4)
	if err != nil {
		return 0, err
	}
	w, err := digits3to6(ctx, key, t, v, pan)
	if err != nil {
		return 0, err
	}
	return add(w, o, 4), nil
}
