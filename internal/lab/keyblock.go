package lab

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys/keyblock"
	"github.com/pinion-hsm/pinion/keys/keyblock/clearblock"
)

func init() {
	register(Panel{
		order: 60, Name: "keyblock", Title: "Key block",
		Intro: "Read a key block of X9.143 (TR-31): its header, which everybody can, and with the protection key what is in it.",
		Fields: []Field{
			{Name: "block", Label: "Key block", Hint: "the whole block, or its header alone; line breaks and spaces are taken out", Kind: Lines},
			{Name: "kbpk", Label: "Protection key (KBPK)", Hint: "hex digits; empty for the header alone", Kind: Hex},
		},
		Examples: []Example{
			{"Version D, AES", Values{"kbpk": "00112233445566778899AABBCCDDEEFF", "block": "D0144P0TE00N000093D359E5069E5FCBEEA844135E4286AC10C18989BBE102F8870D7852E20AC255413F326C7855C71B9A85B9F8F52AD7EA296B271EC8EDA37453D20659C01D4229"}},
			{"Version B, TDES", Values{"kbpk": "EFE0853B256B583D868F251CE99EA1D9", "block": "B0080K0TN00N00001C414014375212C24995E405B5EE052CB92B67F455EA2680F6751088F9F1C228"}},
			{"Header alone, without a key", Values{"block": "D0048B0AX00E0200KS1800604B120F9292800000PB080000"}},
		},
		answer: keyBlock,
	})
}

func keyBlock(f *form) {
	block := f.keyBlock("block")
	kbpk := f.bytes("kbpk")
	if block == "" {
		f.wrong("block", "Give a key block: it begins with its version, A to E, and four digits for its length.")
	}
	if !f.ok() {
		if block != "" { // the header is shown while the key is being typed
			e, _ := explain.KeyBlock(f.ctx, block, nil)
			f.Explanation = &e
		}
		return
	}
	if len(kbpk) == 0 {
		inspect(f, block)
		return
	}
	f.Command = command("lab", "keyblock", "unwrap").flag("kbpk", upperHex(kbpk)).flag("block", block).String()
	f.Go = unwrapCode(block, upperHex(kbpk))
	e, err := explain.KeyBlock(f.ctx, block, kbpk)
	if f.explained(e, err, f.blameKeyBlock) {
		f.result(unwrap(f, block, kbpk))
	}
}

// keyBlock reads a key block as it is pasted: in lines, or in groups. Spaces stay where
// the header has them in an optional block, as labels may.
func (f *form) keyBlock(name string) string {
	line := strings.NewReplacer("\r", "", "\n", "").Replace(f.text(name))
	h, err := keyblock.ParseHeader(line)
	if err == nil && slices.ContainsFunc(h.Optional, func(b keyblock.OptionalBlock) bool { return strings.Contains(b.Data, " ") }) {
		return line
	}
	return f.packed(name)
}

// inspect answers with the fields of a block.
func inspect(f *form, block string) {
	f.Command = command("lab", "keyblock", "inspect").flag("block", block).String()
	p := &program{}
	p.use("keys/keyblock").do("header := " + call("keyblock.ParseHeader", strconv.Quote(block)))
	p.do("for _, f := range keyblock.Explain(header) {").
		print("f.Name, f.Value, f.Meaning").do("}")
	f.Go = p.String()
	e, err := explain.KeyBlock(f.ctx, block, nil)
	if f.explained(e, err, f.blameKeyBlock) {
		h, err := keyblock.ParseHeader(block)
		f.result(fieldLines(h), err)
	}
}

// fieldLines returns the fields of a header, one on each line.
func fieldLines(h keyblock.Header) string {
	var lines []string
	for _, d := range keyblock.Explain(h) {
		lines = append(lines, strings.TrimSpace(d.Name+" "+d.Value+" "+d.Meaning))
	}
	return strings.Join(lines, "\n")
}

// unwrap returns the key in a block.
func unwrap(f *form, block string, kbpk []byte) (string, error) {
	h, err := keyblock.ParseHeader(block)
	if err != nil {
		return "", err
	}
	k, err := clearblock.NewKBPK(h.Version, kbpk)
	if err != nil {
		return "", err
	}
	opened, err := keyblock.Unwrap(f.ctx, k, block)
	return upperHex(clearblock.Key(opened)), err
}

func unwrapCode(block, kbpk string) string {
	p := &program{}
	p.use("std:context", "keys/keyblock", "keys/keyblock/clearblock")
	p.do("block := " + strconv.Quote(block))
	p.do("header := " + call("keyblock.ParseHeader", "block"))
	p.do("raw := " + p.hexLiteral(kbpk))
	p.do("kbpk := " + call("clearblock.NewKBPK", "header.Version", "raw"))
	p.do("opened := " + call("keyblock.Unwrap", "context.Background()", "kbpk", "block"))
	return p.printHex("clearblock.Key(opened)").String()
}

// blameKeyBlock says which field an error about a key block is about.
func (f *form) blameKeyBlock(err error) {
	var field *keyblock.FieldError
	switch {
	case errors.As(err, &field):
		f.wrong("block", "Look at character "+strconv.Itoa(field.Offset)+", counted from 0 ("+field.Field+"): "+field.Problem+".")
	case errors.Is(err, keyblock.ErrMAC):
		f.refuse("kbpk", "This block is not authentic under this key. Compare the key's check value with the sender's; see if the block was cut or changed.")
	case errors.Is(err, keyblock.ErrKBPK):
		f.wrong("kbpk", "Give a TDES key of 32 or 48 hex digits for versions A to C, and an AES key of 32, 48 or 64 for D and E.")
	default:
		f.wrongErr("block", err)
	}
}
