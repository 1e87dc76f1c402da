package lab

import (
	"errors"
	"strconv"
	"strings"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
	"github.com/pinion-hsm/pinion/pinverify"
)

// ibmSettings are the settings of IBM 3624 as typed, with what empty ones mean.
type ibmSettings struct {
	table, data   string
	start, length int
	pad           string
	checkLength   int
}

// ibm reads the settings of IBM 3624, and the PAN if it is part of them.
func (f *form) ibm(checks bool) (s ibmSettings, m pinverify.IBM3624, pan pinblock.PAN) {
	if s.table = f.digits("decimalization-table"); s.table == "" {
		s.table = "0123456789012345"
	}
	var err error
	m.Table, err = pinverify.ParseTable(s.table)
	switch {
	case errors.Is(err, pinverify.ErrTableWeak):
		f.wrong("decimalization-table", "Give a table of 8 different digits or more, none of them more than four times: with this one PINs are easy to guess.")
	case err != nil:
		f.wrong("decimalization-table", "Give 16 digits, that for 0 first and that for F last; these are "+strconv.Itoa(len(s.table))+".")
	}
	if f.choice("validation") == "data" {
		m.Validation = f.givenData(&s)
	} else {
		m.Validation = f.panData(&s)
		pan = f.wholePAN()
	}
	if checks {
		s.checkLength = f.number("check-length", pinverify.WholePIN)
		if m.CheckLength = s.checkLength; s.checkLength != pinverify.WholePIN && (s.checkLength < 4 || s.checkLength > 16) {
			f.wrong("check-length", "Give 4 to 16, or nothing for the whole PIN.")
		}
	}
	return s, m, pan
}

func (f *form) givenData(s *ibmSettings) pinverify.Validation {
	s.data = f.nibbles("validation-data")
	v, err := pinverify.FixedValidation(s.data)
	if err != nil {
		f.wrong("validation-data", "Give 16 hex digits; these are "+strconv.Itoa(len(s.data))+".")
	}
	return v
}

func (f *form) panData(s *ibmSettings) pinverify.Validation {
	s.start, s.length = f.number("validation-start", 0), f.number("validation-length", 12)
	if s.start >= pinblock.MaxPANLength {
		f.wrong("validation-start", "Give 0 to 18: a PAN has 19 digits at most.")
	}
	if s.length < 1 || s.length > 16 {
		f.wrong("validation-length", "Give 1 to 16.")
	}
	if s.pad = f.nibbles("validation-pad"); s.pad == "" {
		s.pad = "F"
	}
	pad, err := pinverify.ParsePad(s.pad)
	if err != nil {
		f.wrong("validation-pad", "Give one hex digit.")
	}
	v := pinverify.ValidationFromPAN(s.start, s.length, pad)
	if f.good("validation-start", "validation-length", "validation-pad") && v.Check() != nil {
		f.wrong("validation-length", "Take fewer digits, or pass over fewer: a PAN has 19 at most.")
	}
	return v
}

// flags adds the settings that are not what they are without a flag.
func (s *ibmSettings) flags(l *commandLine) {
	if s.table != "0123456789012345" {
		l.flag("decimalization-table", s.table)
	}
	if s.data != "" {
		l.flag("validation-data", s.data)
	} else {
		if s.start != 0 {
			l.flag("validation-start", strconv.Itoa(s.start))
		}
		if s.length != 12 {
			l.flag("validation-length", strconv.Itoa(s.length))
		}
		if s.pad != "F" {
			l.flag("validation-pad", s.pad)
		}
	}
	if s.checkLength != pinverify.WholePIN {
		l.flag("check-length", strconv.Itoa(s.checkLength))
	}
}

// code adds the variable method to a program, and returns its name.
func (s *ibmSettings) code(p *program) string {
	p.do("table := " + call("pinverify.ParseTable", strconv.Quote(s.table)))
	if s.data != "" {
		p.do("data := " + call("pinverify.FixedValidation", strconv.Quote(s.data)))
	} else {
		p.do("data := pinverify.ValidationFromPAN(" + strconv.Itoa(s.start) + ", " + strconv.Itoa(s.length) + ", 0x" + strings.ToLower(s.pad) + ")")
	}
	check := ""
	if s.checkLength != pinverify.WholePIN {
		check = ", CheckLength: " + strconv.Itoa(s.checkLength)
	}
	p.do("method := pinverify.IBM3624{Table: table, Validation: data" + check + "}")
	return "method"
}

func verifyIBM(f *form) {
	key, pin := f.pvk(keys.UsageIBM3624), f.cardholderPIN()
	s, m, pan := f.ibm(true)
	reference := f.digits("reference")
	if n := m.CheckLength; f.ok() && reference == "" && n > pin.Len() {
		f.wrong("check-length", "Give no more than the "+strconv.Itoa(pin.Len())+" digits of the PIN.")
	}
	if !f.ok() {
		return
	}
	v := verification{m, key, pan, pin, reference, s.code}
	l := v.command("offset")
	s.flags(l)
	f.Command, f.Go = l.String(), v.code("keys.UsageIBM3624")
	if reference != "" {
		v.verify(f)
		return
	}
	e, err := explain.Offset(f.ctx, key, m, pin, pan)
	v.reference(f, e, err)
}

// natural computes the natural PIN of an account.
func natural(f *form) {
	key := f.pvk(keys.UsageIBM3624)
	s, m, pan := f.ibm(false)
	n := f.number("length", 4)
	if n < 4 || n > 16 {
		f.wrong("length", "Give 4 to 16.")
	}
	if !f.ok() {
		return
	}
	l := command("lab", "natural").flag("pvk", cleartext.Hex(key)).flag("pan", clear.PANDigits(pan)).flag("length", strconv.Itoa(n))
	s.flags(l)
	p := &program{}
	p.use("std:context", "pinblock/clear", "pinverify")
	p.keyVar("key", key, "keys.UsageIBM3624")
	account := p.panVar(pan)
	p.do("pin := " + call(s.code(p)+".Natural", "context.Background()", "key", account, strconv.Itoa(n)))
	f.Command, f.Go = l.String(), p.print("clear.Digits(pin)").String()
	e, err := explain.NaturalPIN(f.ctx, key, m, pan, n)
	if f.explained(e, err, f.blameMethod) {
		pin, err := m.Natural(f.ctx, key, pan, n)
		f.result(clear.Digits(pin), err)
	}
}
