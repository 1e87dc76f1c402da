package lab

import (
	"errors"
	"strconv"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
	"github.com/pinion-hsm/pinion/pinverify"
)

func init() {
	register(Panel{
		order: 40, Name: "verify", Title: "Verify",
		Intro: "Compute a Visa PVV, an IBM 3624 offset or a natural PIN, digit by digit, or verify a PIN against one.",
		Fields: []Field{
			{Name: "method", Label: "Method", Kind: Choose, Choices: []Choice{
				{"visa-pvv", "Visa PVV"}, {"ibm-3624", "IBM 3624, PIN and offset"}, {"natural", "IBM 3624, natural PIN"},
			}},
			{Name: "pvk", Label: "PIN verification key", Hint: "TDES, 32 or 48 hex digits", Kind: Hex},
			{Name: "pvki", Label: "Key index (PVKI)", Hint: "1 to 6; empty is 1", Kind: Digits},
			panField, pinField,
			{Name: "decimalization-table", Label: "Decimalization table", Hint: "16 digits; empty is 0123456789012345", Kind: Digits},
			{Name: "validation", Label: "Validation data", Kind: Choose, Choices: []Choice{
				{"pan", "digits of the PAN"}, {"data", "given, 16 hex digits"},
			}},
			{Name: "validation-data", Label: "Given validation data", Hint: "16 hex digits", Kind: Hex},
			{Name: "validation-start", Label: "PAN digits to pass over", Hint: "from the left; empty is 0", Kind: Digits},
			{Name: "validation-length", Label: "PAN digits to take", Hint: "1 to 16; empty is 12", Kind: Digits},
			{Name: "validation-pad", Label: "Pad digit behind them", Hint: "a hex digit; empty is F", Kind: Hex},
			{Name: "check-length", Label: "Check length", Hint: "digits that the offset covers, from the right; empty is the whole PIN", Kind: Digits},
			{Name: "length", Label: "PIN length", Hint: "4 to 16; empty is 4", Kind: Digits},
			{Name: "reference", Label: "PVV or offset", Hint: "to verify against; empty computes it", Kind: Digits},
		},
		Examples: []Example{
			{"Visa PVV", Values{"method": "visa-pvv", "pvk": "0123456789ABCDEFFEDCBA9876543210", "pvki": "1", "pan": "5432101234567891", "pin": "1234"}},
			{"Visa PVV, right PIN", Values{"method": "visa-pvv", "pvk": "0123456789ABCDEFFEDCBA9876543210", "pvki": "1", "pan": "5432101234567891", "pin": "1234", "reference": "6776"}},
			{"Visa PVV that takes the second scan", Values{"method": "visa-pvv", "pvk": "0123456789ABCDEFFEDCBA9876543210", "pvki": "1", "pan": "4000000000000000", "pin": "0943"}},
			{"IBM 3624 offset", Values{"method": "ibm-3624", "pvk": "0123456789ABCDEFFEDCBA9876543210", "pan": "5432101234567891", "pin": "1234"}},
			{"IBM 3624 offset of the last 4 digits", Values{"method": "ibm-3624", "pvk": "0123456789ABCDEFFEDCBA9876543210", "pan": "5432101234567891", "pin": "123456",
				"validation-start": "4", "validation-length": "11", "validation-pad": "0", "check-length": "4"}},
			{"IBM 3624, right PIN", Values{"method": "ibm-3624", "pvk": "0123456789ABCDEFFEDCBA9876543210", "decimalization-table": "1234567890123456",
				"pan": "1122334455667788", "validation-length": "16", "pin": "4524", "reference": "0000"}},
			{"IBM 3624, wrong PIN", Values{"method": "ibm-3624", "pvk": "0123456789ABCDEFFEDCBA9876543210", "decimalization-table": "1234567890123456",
				"pan": "1122334455667788", "validation-length": "16", "pin": "4525", "reference": "0000"}},
			{"IBM 3624 natural PIN", Values{"method": "natural", "pvk": "0123456789ABCDEFFEDCBA9876543210", "validation": "data", "validation-data": "5432101234567890", "length": "6"}},
		},
		answer: verify,
	})
}

func verify(f *form) {
	switch f.choice("method") {
	case "visa-pvv":
		verifyPVV(f)
	case "ibm-3624":
		verifyIBM(f)
	case "natural":
		natural(f)
	}
}

// pvk reads a PIN verification key.
func (f *form) pvk(u keys.Usage) keys.Key {
	text := f.nibbles("pvk")
	k, err := cleartext.ParseTDES(text, u)
	if err != nil {
		f.wrong("pvk", keyProblem(text, err, "Give a TDES key of 32 or 48 hex digits."))
	}
	return k
}

// cardholderPIN reads a PIN that is verified.
func (f *form) cardholderPIN() pinblock.PIN {
	pin, err := pinblock.ParsePIN(f.digits("pin"))
	if err != nil {
		f.wrong("pin", "Give "+digitsRange(pinblock.MinPINLength, pinblock.MaxPINLength)+".")
	}
	return pin
}

func verifyPVV(f *form) {
	key, pan, pin := f.pvk(keys.UsageVisaPVV), f.wholePAN(), f.cardholderPIN()
	m := pinverify.VisaPVV{Index: f.number("pvki", 1)}
	reference := f.digits("reference")
	if m.AllowIndex0 = reference == ""; f.good("pvki") && m.Check() != nil {
		f.wrong("pvki", "Give 1 to 6, or 0 to compute a PVV where a scheme uses it.")
	}
	if reference != "" && len(reference) != 4 {
		f.wrong("reference", "Give the four digits of the PVV, or nothing to compute it.")
	}
	if !f.ok() {
		return
	}
	v := verification{m, key, pan, pin, reference, func(p *program) string {
		if m.Index == 0 {
			return "pinverify.VisaPVV{AllowIndex0: true}"
		}
		return "pinverify.VisaPVV{Index: " + strconv.Itoa(m.Index) + "}"
	}}
	l := v.command("pvv").flag("pvki", strconv.Itoa(m.Index))
	f.Command, f.Go = l.String(), v.code("keys.UsageVisaPVV")
	if reference != "" {
		v.verify(f)
		return
	}
	e, err := explain.PVV(f.ctx, key, m, pin, pan)
	v.reference(f, e, err)
}

// verification is a PIN, and what it is verified against.
type verification struct {
	method pinverify.Referencer
	key    keys.Key
	pan    pinblock.PAN
	pin    pinblock.PIN
	value  string // the reference value; empty to compute it

	methodCode func(*program) string
}

// command begins the command: verify, or that which computes.
func (v *verification) command(compute string) *commandLine {
	l := command("lab", compute)
	if v.value != "" {
		l = command("lab", "verify").flag("method", v.method.Name())
	}
	return l.flag("pvk", cleartext.Hex(v.key)).flag("pan", clear.PANDigits(v.pan)).flag("pin", clear.Digits(v.pin)).flag("reference", v.value)
}

// What a verification prints.
const (
	rightPIN = "right PIN"
	wrongPIN = "wrong PIN"
)

// verify answers whether the PIN is right. A wrong PIN is an answer.
func (v *verification) verify(f *form) {
	e, err := explain.Verify(f.ctx, v.key, v.method, v.pin, v.pan, []byte(v.value))
	text := rightPIN
	if errors.Is(err, pinverify.ErrWrongPIN) {
		text, err = wrongPIN, nil
	}
	if f.explained(e, err, f.blameMethod) {
		f.result(text, nil)
	}
}

// reference answers with the reference value of the PIN.
func (v *verification) reference(f *form, e explain.Explanation, err error) {
	if f.explained(e, err, f.blameMethod) {
		value, err := v.method.Reference(f.ctx, v.key, v.pin, v.pan)
		f.result(string(value), err)
	}
}

// blameMethod says which field an error of a method is about.
func (f *form) blameMethod(err error) {
	switch {
	case errors.Is(err, pinverify.ErrPAN), errors.Is(err, pinblock.ErrPANLength):
		f.wrongErr("pan", err)
	case errors.Is(err, pinverify.ErrPIN), errors.Is(err, pinblock.ErrPINLength):
		f.wrongErr("pin", err)
	case errors.Is(err, pinverify.ErrReference):
		f.wrong("reference", "Give a value as long as the method has it: an offset is as long as the PIN or the check length.")
	case errors.Is(err, pinverify.ErrKey):
		f.wrongErr("pvk", err)
	default:
		f.wrongErr("", err)
	}
}
