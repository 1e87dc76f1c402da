package lab

import (
	"strconv"

	"github.com/pinion-hsm/pinion/internal/diagnose"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

func init() {
	register(Panel{
		order: 80, Name: "diagnose", Title: "Diagnose",
		Intro: "Find out why a PIN block does not decode: every format, and the mistakes that are made with keys, PANs and KSNs, are tried, and what fits is ranked.",
		Fields: []Field{
			{Name: "block", Label: "PIN block", Hint: "16 hex digits, for ISO-4 32, as received", Kind: Hex},
			{Name: "keys", Label: "Keys", Hint: "hex digits, one on each line; none for a clear block", Kind: Lines},
			{Name: "pans", Label: "PANs", Hint: "one on each line; there may be none", Kind: Lines},
			{Name: "ksn", Label: "Key serial number", Hint: "hex digits, if DUKPT is in it", Kind: Hex},
		},
		Examples: []Example{
			{"Which format, and which of two keys?", Values{"block": "6A357D31C72B603B", "pans": "4111111111111111",
				"keys": "0123456789ABCDEFFEDCBA9876543210\n23456789ABCDEF01DCBA98765432EF10"}},
			{"The halves of the key are swapped", Values{"block": "BA2ADC4EBA48F711", "keys": "FEDCBA98765432100123456789ABCDEF", "pans": "5432101234567891"}},
			{"The check digit is missing in the PAN", Values{"block": "BA2ADC4EBA48F711", "keys": "0123456789ABCDEFFEDCBA9876543210", "pans": "543210123456789"}},
			{"A clear block", Values{"block": "041215FEDCBA9876", "pans": "5432101234567891"}},
			{"DUKPT", Values{"block": "1B9C1845EB993A7A", "ksn": "FFFF9876543210E00002", "keys": "0123456789ABCDEFFEDCBA9876543210", "pans": "4012345678909"}},
		},
		answer: diagnosis,
	})
}

// maxTried bounds the keys and the PANs: the page tries them all while one types.
const maxTried = 4

func diagnosis(f *form) {
	in := diagnose.Input{Block: f.anyBlock(), Keys: f.anyKeys(), PANs: f.anyPANs(), KSN: f.anyKSN()}
	if !f.ok() {
		return
	}
	var texts []string
	for _, k := range in.Keys {
		texts = append(texts, upperHex(k))
	}
	f.Command = command("lab", "diagnose").flag("block", upperHex(in.Block)).flags("key", texts).flags("pan", in.PANs).flag("ksn", in.KSN).String()
	r := diagnose.Run(in)
	e := r.Explain()
	f.Explanation = &e
	if len(r.Findings) == 0 {
		f.Result = "Nothing fits, in " + strconv.Itoa(r.Tried) + " ways tried."
		return
	}
	best := r.Findings[0]
	if f.Result = best.PIN; best.PIN == "" {
		f.Result = best.What
	}
	f.Go = openingCode(f, in, best)
}

// openingCode returns a program that opens the block as the best finding has it.
// It is empty where that takes a mistaken key or block put right: what diagnose
// tries is not public.
func openingCode(f *form, in diagnose.Input, best diagnose.Finding) string {
	format, err := pinblock.ParseFormat(best.Format)
	if err != nil || best.PIN == "" || in.KSN != "" {
		return ""
	}
	for _, c := range waysToOpen(in, format) {
		if len(in.Block) != format.BlockSize() {
			return ""
		}
		if pin, err := c.open(f.ctx, in.Block); err == nil && clear.Digits(pin) == best.PIN {
			return c.openCode(in.Block)
		}
	}
	return ""
}

// waysToOpen are the keys and PANs as they are given. Without a PAN there is one way
// for each key, and without keys the block is clear.
func waysToOpen(in diagnose.Input, format pinblock.Format) (all []blockCase) {
	withPANs := func(k keys.Key) {
		if !format.BindsPAN() {
			all = append(all, blockCase{format: format, key: k})
			return
		}
		for _, text := range in.PANs {
			if pan, err := pinblock.ParsePAN(text); err == nil {
				all = append(all, blockCase{format: format, key: k, pan: pan})
			}
		}
	}
	if len(in.Keys) == 0 {
		withPANs(keys.Key{})
	}
	for _, raw := range in.Keys {
		family := "tdes"
		if format.BlockSize() == 16 {
			family = "aes"
		}
		if k, err := cleartext.New(algorithmOf(family, len(raw)), keys.UsagePIN, raw); err == nil {
			withPANs(k)
		}
	}
	return all
}

// anyBlock reads a block of a length that some format has, or one that is doubly
// hex.
func (f *form) anyBlock() []byte {
	b := f.bytes("block")
	switch len(b) {
	case 8, 16, 32:
	default:
		f.wrong("block", "Give 16 hex digits, or 32 for ISO-4; these are "+strconv.Itoa(2*len(b))+". Is a part missing, or of the message around it there?")
	}
	return b
}

// anyKeys reads keys, also those that the library refuses.
func (f *form) anyKeys() (all [][]byte) {
	lines := f.lines("keys")
	for i, text := range lines {
		b, what := hexBytes(text)
		switch n := len(b); {
		case what != "":
			f.wrong("keys", where(i, len(lines))+what)
		case n != 8 && n != 16 && n != 24 && n != 32:
			f.wrong("keys", where(i, len(lines))+"Give a key of 16, 32, 48 or 64 hex digits; these are "+strconv.Itoa(2*n)+".")
		}
		all = append(all, b)
	}
	f.notTooMany("keys", len(lines))
	return all
}

// anyPANs reads PANs.
func (f *form) anyPANs() []string {
	lines := f.lines("pans")
	for i, text := range lines {
		if _, err := pinblock.ParsePAN(text); err != nil {
			f.wrong("pans", where(i, len(lines))+"Give "+digitsRange(1, pinblock.MaxPANLength)+".")
		}
	}
	f.notTooMany("pans", len(lines))
	return lines
}

func (f *form) notTooMany(name string, n int) {
	if n > maxTried {
		f.wrong(name, "Give "+strconv.Itoa(maxTried)+" lines or fewer here; pinion lab diagnose takes more.")
	}
}

// anyKSN reads a KSN, which may be a few digits too short or too long: that is one of
// the mistakes.
func (f *form) anyKSN() string {
	text := f.nibbles("ksn")
	if n := len(text); n > 0 && (n < 14 || n > 26) {
		f.wrong("ksn", "Give 16 to 20 hex digits for TDES, or 24 for AES; these are "+strconv.Itoa(n)+".")
	}
	return text
}
