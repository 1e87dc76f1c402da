package explain

import (
	"context"
	"errors"
	"strconv"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
	"github.com/pinion-hsm/pinion/pinverify"
)

// PVV explains the Visa PIN verification value of a PIN: the transformed security
// parameter, the cryptogram, and the scans that find four digits in it. Source: IBM
// CCA, "VISA PIN validation value". Errors are those of [pinverify.VisaPVV]; with one
// the explanation ends at what is wrong.
func PVV(ctx context.Context, key keys.Key, m pinverify.VisaPVV, pin pinblock.PIN, pan pinblock.PAN) (Explanation, error) {
	x := Explanation{Title: "Visa PVV of a PIN"}
	var pvv string
	var err error
	if x.Steps, pvv, err = pvvSteps(ctx, key, m, pin, pan); err != nil {
		return x, err
	}
	x.Answer = []Fact{{Name: "PVV", Value: pvv, Kind: Taken}}
	x.Notes = pvvNotes(m, pin)
	return x, nil
}

// pvvSteps are the steps to a PVV, and the PVV.
func pvvSteps(ctx context.Context, key keys.Key, m pinverify.VisaPVV, pin pinblock.PIN, pan pinblock.PAN) ([]Step, string, error) {
	w := &witness{Encrypter: key}
	want, err := m.Reference(ctx, w, pin, pan)
	steps := []Step{chooseForPVV(m, pin, pan, err)}
	switch {
	case errors.Is(err, pinverify.ErrKey):
		return append(steps, wrongKey(key)), "", err
	case err != nil:
		return steps, "", err
	}
	parts := securityParts(upperHex(w.in))
	steps = append(steps, Step{
		Title: "Put them in a row: the transformed security parameter",
		Why:   "The 16 digits are one block, a nibble each. IBM CCA, \"VISA PIN validation value\".",
		Rows:  []Row{{Name: "security parameter", Unit: Hex, Parts: parts}},
	}, w.step("security parameter", withoutNotes(parts), key))
	scans, pvv := scanSteps(upperHex(w.out))
	if pvv != string(want) {
		return steps, "", errNotTheLibrary
	}
	return append(steps, scans...), pvv, nil
}

// chooseForPVV shows which digits of PAN and PIN are used, or what err has against them.
func chooseForPVV(m pinverify.VisaPVV, pin pinblock.PIN, pan pinblock.PAN, err error) Step {
	index := Row{Name: "PVKI", Unit: Digits, Parts: []Part{part(strconv.Itoa(m.Index), Index, "PIN verification key index")}}
	if errors.Is(err, pinverify.ErrIndex) { // and maybe no digit
		index.Unit, index.Parts[0].Kind, index.Parts[0].Note = Text, Wrong, "the index is 1 to 6"
	}
	return Step{
		Title: "Choose the digits",
		Why:   "The 11 rightmost digits of the PAN without its check digit, the index of the key, and the first four digits of the PIN.",
		Rows: []Row{
			{Name: "PAN", Unit: Digits, Parts: panRight11(clear.PANDigits(pan), errors.Is(err, pinverify.ErrPAN))},
			index,
			{Name: "PIN", Unit: Digits, Parts: pinLeft4(clear.Digits(pin), errors.Is(err, pinverify.ErrPIN))},
		},
	}
}

// panRight11 parts a PAN into what a PVV takes of it and what it leaves.
func panRight11(pan string, bad bool) []Part {
	n := len(pan)
	if bad || n < 12 {
		kind := PAN // there may be another thing wrong, which is said first
		if bad {
			kind = Wrong
		}
		return []Part{part(pan, kind, count(n, "digit")+", and a PVV needs 12 or more: the whole PAN with its check digit")}
	}
	return cutParts(
		part(pan[:n-12], Skipped, "not used"),
		part(pan[n-12:n-1], PAN, "11 rightmost digits without the check digit"),
		part(pan[n-1:], Check, "check digit, not used"))
}

// pinLeft4 parts a PIN into what a PVV takes of it and what it leaves.
func pinLeft4(pin string, bad bool) []Part {
	if bad || len(pin) < 4 {
		return []Part{part(pin, Wrong, count(len(pin), "digit")+", and a PIN has 4 or more")}
	}
	return cutParts(part(pin[:4], PIN, "first four digits"), part(pin[4:], Skipped, "not used: a PVV does not verify them"))
}

// securityParts are the fields of a transformed security parameter.
func securityParts(text string) []Part {
	return []Part{
		part(text[:11], PAN, "PAN, 11 digits"),
		part(text[11:12], Index, "PVKI"),
		part(text[12:], PIN, "PIN, 4 digits"),
	}
}

func pvvNotes(m pinverify.VisaPVV, pin pinblock.PIN) (notes []string) {
	if pin.Len() > 4 {
		notes = append(notes, "Every PIN that begins with these four digits has this PVV.")
	}
	if m.Index == 0 {
		notes = append(notes, "For Visa the index 0 means that the PIN is not verified with a PVV; some services use it all the same.")
	}
	return append(notes, "A PVV is not a PIN, and other PINs can have the same one.")
}
