package lab

import (
	"errors"
	"strconv"
	"strings"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

func init() {
	register(Panel{
		order: 70, Name: "components", Title: "Components and KCV",
		Intro: "Check values of a key, or the key that 2 to 9 components make.",
		Fields: []Field{
			{Name: "parts", Label: "Key, or its components", Hint: "hex digits, one key or component on each line", Kind: Lines},
			{Name: "algorithm", Label: "Algorithm", Kind: Choose, Choices: []Choice{
				{"", "as the length says; TDES if it does not"}, {"tdes", "TDES"}, {"aes", "AES"},
			}},
			{Name: "parity", Label: "Adjust a TDES key to odd parity", Kind: Tick},
			{Name: "method", Label: "Check value method", Kind: Choose, Choices: methodChoices()},
			{Name: "kcv-length", Label: "Digits of the check value", Hint: "4 or more; empty is 6", Kind: Digits},
		},
		Examples: []Example{
			{"Two components of a TDES key", Values{"parts": "6D6BE51F04F76167491554FE25F7ABEF\n67499B2CF137DFCB9EA28FF757CD10A7"}},
			{"Three components, odd parity", Values{"parity": "yes", "parts": "11223344556677889900AABBCCDDEEFF\nFFEEDDCCBBAA00998877665544332211\n0F1E2D3C4B5A69788796A5B4C3D2E1F0"}},
			{"Two components of an AES key", Values{"algorithm": "aes", "parts": "00112233445566778899AABBCCDDEEFF\n0F1E2D3C4B5A69788796A5B4C3D2E1F0"}},
			{"Check values of a key", Values{"parts": "0123456789ABCDEFFEDCBA9876543210"}},
			{"CMAC check value of an AES key", Values{"parts": "3F419E1CB7079442AA37474C2EFBF8B8", "method": "aes-cmac-zero", "kcv-length": "10"}},
		},
		answer: components,
	})
}

// zeroMethods are the methods over zeros, which take no data.
var zeroMethods = []keys.KCVMethod{keys.TDESECBZero, keys.AESCMACZero, keys.AESECBZero, keys.TDESCMACZero}

func methodChoices() []Choice {
	all := []Choice{{"", "the usual ones"}}
	for _, m := range zeroMethods {
		all = append(all, Choice{m.String(), m.String()})
	}
	return all
}

func components(f *form) {
	parts := f.lines("parts")
	raw := make([][]byte, len(parts))
	for i, text := range parts {
		b, what := hexBytes(text)
		if what != "" {
			f.wrong("parts", where(i, len(parts))+what)
		}
		raw[i] = b
	}
	switch n := len(parts); {
	case n == 0:
		f.wrong("parts", "Give a key, or 2 to 9 components, one on each line.")
	case n == 1:
		checkValues(f, raw[0])
	case n > keys.MaxComponents:
		f.wrong("parts", "Give 9 components or fewer; these are "+strconv.Itoa(n)+".")
	default:
		combine(f, raw)
	}
}

// where names a line, if there are several.
func where(i, n int) string {
	if n < 2 {
		return ""
	}
	return "Line " + strconv.Itoa(i+1) + ": "
}

// combine answers with the key that components make.
func combine(f *form, raw [][]byte) {
	n := len(raw[0])
	asked := ""
	if n != 32 { // which is AES
		asked = f.choice("algorithm")
	}
	a := algorithmOf(asked, n)
	parity := keys.Parity(a.BlockSize() == 8 && f.tick("parity"))
	if f.ok() && a == 0 {
		f.wrong("parts", "Give components of 32 or 48 hex digits for TDES, of 32, 48 or 64 for AES.")
	}
	var list []keys.Component
	for i, b := range raw {
		c, err := cleartext.NewComponent(a, b)
		if err != nil {
			f.wrong("parts", where(i, len(raw))+"Give it as many digits as the first has.")
		}
		list = append(list, c)
	}
	if !f.ok() {
		return
	}
	f.Command = combineCommand(raw, asked, parity)
	f.Go = combineCode(raw, a, parity)
	e, err := explain.Combine(a, parity, list)
	if f.explained(e, err, f.blameParts) {
		k, err := keys.Combine(a, keys.UsagePIN, parity, list...)
		f.result(cleartext.Hex(k), err)
	}
}

// blameParts says what is wrong with components.
func (f *form) blameParts(err error) {
	if errors.Is(err, keys.ErrWeak) {
		f.refuse("parts", "These components make no key: single DES, equal parts or zeros. Was one entered twice? The same one twice cancels out.")
		return
	}
	f.wrongErr("parts", err)
}

// algorithmOf returns the algorithm of a key of n bytes: what was asked for, or what
// the length says, and TDES where it says nothing. It is zero if there is none.
func algorithmOf(asked string, n int) keys.Algorithm {
	for a := keys.TDES2; a.Valid(); a++ {
		if a.KeySize() == n && strings.HasPrefix(strings.ToLower(a.String()), asked) {
			return a
		}
	}
	return 0
}

func combineCommand(raw [][]byte, asked string, parity keys.Parity) string {
	var texts []string
	for _, b := range raw {
		texts = append(texts, upperHex(b))
	}
	return command("lab", "combine").flags("part", texts).flag("algorithm", asked).tick("parity", parity == keys.OddParity).String()
}

func combineCode(raw [][]byte, a keys.Algorithm, parity keys.Parity) string {
	adjusted := "keys.KeepParity"
	if parity == keys.OddParity {
		adjusted = "keys.OddParity"
	}
	p := &program{}
	p.use("keys", "keys/cleartext")
	args := []string{"keys." + a.String(), "keys.UsagePIN", adjusted}
	for i, b := range raw {
		name := "part" + strconv.Itoa(i+1)
		p.do(name + " := " + call("cleartext.ParseComponent", "keys."+a.String(), strconv.Quote(upperHex(b))))
		args = append(args, name)
	}
	p.do("key := " + call("keys.Combine", args...))
	return p.print("cleartext.Hex(key)").String()
}
