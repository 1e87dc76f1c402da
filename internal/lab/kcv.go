package lab

import (
	"errors"
	"strconv"
	"strings"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

// checkValues answers with the check values of one key. It may be one that the
// library refuses.
func checkValues(f *form, raw []byte) {
	asked := f.choice("method")
	n := f.number("kcv-length", 6)
	if n < 4 {
		f.wrong("kcv-length", "Give 4 or more.")
	}
	if !f.ok() {
		return
	}
	f.Command = kcvCommand(raw, asked, n)
	e, err := explain.KCV(raw, usual(asked)...)
	if !f.explained(e, err, f.blameKCV) {
		return
	}
	facts, err := kcvFacts(raw, asked, n)
	if err != nil {
		f.blameKCV(err)
		return
	}
	f.Explanation.Answer = facts // as long as they were asked for
	f.Result, f.Go = kcvText(facts, asked == ""), kcvCode(raw, facts, n, asked == "")
}

// kcvText returns check values, with the names of their methods or without.
func kcvText(facts []explain.Fact, names bool) string {
	var lines []string
	for _, v := range facts {
		if names {
			lines = append(lines, v.Name+" "+v.Value)
		} else {
			lines = append(lines, v.Value)
		}
	}
	return strings.Join(lines, "\n")
}

// usual returns the methods that a check value is computed with: the one asked
// for, or those that the command has without one.
func usual(asked string) []keys.KCVMethod {
	if m, err := keys.ParseKCVMethod(asked); err == nil {
		return []keys.KCVMethod{m}
	}
	return []keys.KCVMethod{keys.TDESECBZero, keys.AESCMACZero, keys.AESECBZero}
}

// kcvFacts returns the check values of a key, by the names of the methods.
func kcvFacts(raw []byte, asked string, n int) (facts []explain.Fact, err error) {
	for _, m := range usual(asked) {
		kcv, err := cleartext.KCV(raw, m, nil, n)
		switch {
		case errors.Is(err, keys.ErrKeySize) && asked == "":
			continue // not a key of this algorithm
		case err != nil:
			return nil, err
		}
		facts = append(facts, explain.Fact{Name: m.String(), Value: kcv, Kind: explain.Check})
	}
	if len(facts) == 0 {
		return nil, keys.ErrKeySize
	}
	return facts, nil
}

// blameKCV says which field an error of a check value is about.
func (f *form) blameKCV(err error) {
	switch {
	case errors.Is(err, keys.ErrKCVLength):
		f.wrong("kcv-length", "Give 4 to 16; methods of AES alone have up to 32.")
	case errors.Is(err, keys.ErrKeySize):
		f.wrong("parts", "Give a key that the method takes: TDES has 16, 32 or 48 hex digits, AES 32, 48 or 64.")
	default:
		f.wrongErr("parts", err)
	}
}

func kcvCommand(raw []byte, asked string, n int) string {
	l := command("lab", "kcv").flag("key", upperHex(raw)).flag("method", asked)
	if n != 6 {
		l.flag("length", strconv.Itoa(n))
	}
	return l.String()
}

// kcvCode returns a program that prints the check values of a key, with the names
// of the methods or without.
func kcvCode(raw []byte, facts []explain.Fact, n int, names bool) string {
	p := &program{}
	p.use("keys", "keys/cleartext").do("key := " + p.hexLiteral(upperHex(raw)))
	for _, v := range facts {
		kcv := call("cleartext.KCV", "key", methodCode(v.Name), "nil", strconv.Itoa(n))
		if names {
			kcv = methodCode(v.Name) + ", " + kcv
		}
		p.print(kcv)
	}
	return p.String()
}

// methodCode returns the constant of a method: that of aes-cmac-zero is
// keys.AESCMACZero.
func methodCode(name string) string {
	name, _ = strings.CutSuffix(name, "-zero")
	return "keys." + strings.ToUpper(strings.ReplaceAll(name, "-", "")) + "Zero"
}
