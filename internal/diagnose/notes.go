package diagnose

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/pinion-hsm/pinion/internal/luhn"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

// notes says what can be said of the input alone.
func notes(in Input) []string {
	out := []string{}
	for i, key := range in.Keys {
		name := "The key"
		if len(in.Keys) > 1 {
			name = "Key " + fmt.Sprint(i+1)
		}
		out = append(out, name+" has the check value "+list(checkValues(key), "or")+": compare it with the sender's.")
		if len(key) != 32 && !cleartext.HasOddParity(key) {
			out = append(out, name+" has no odd parity. TDES ignores parity bits, so this is not the cause.")
		}
		if len(key) == 8 {
			out = append(out, name+" is single DES: it protects nothing, and no device should take it.")
		} else if len(key) == 16 && bytes.Equal(expanded(key[:8]), expanded(key[8:])) {
			out = append(out, name+" has equal halves: it is single DES in disguise.")
		}
	}
	out = append(out, ksnNotes(in)...)
	for _, a := range accounts(in.PANs) {
		if !luhn.Valid(a.digits) {
			out = append(out, strings.ToUpper(a.name[:1])+a.name[1:]+
				" does not pass the check digit test (Luhn): a made-up number, a wrong digit, or no check digit.")
		}
	}
	return out
}

// checkValues returns the KCVs of a key that may be of two algorithms.
func checkValues(key []byte) (out []string) {
	for _, m := range []keys.KCVMethod{keys.TDESECBZero, keys.AESCMACZero, keys.AESECBZero} {
		if kcv, err := cleartext.KCV(key, m, nil, 6); err == nil {
			out = append(out, kcv+" ("+m.String()+")")
		}
	}
	return out
}

// next says what to check if nothing fits, or nothing that proves much.
func (s *search) next() []string {
	if len(s.found) > 0 && s.ranked()[0].Evidence != "weak" {
		return nil
	}
	var out []string
	if len(s.found) == 0 {
		out = append(out, "Nothing fits, so first suspect the key: compare its check value with the sender's.")
	}
	if len(s.in.Keys) == 0 {
		out = append(out, "No key was given: only blocks in the clear were tried.")
	}
	for _, key := range s.in.Keys {
		switch {
		case len(s.in.Block) == 8 && len(key) == 32:
			out = append(out, "A key of 32 bytes is AES, and a block of 8 bytes is made with TDES: one of the two is not what was sent.")
		case len(s.in.Block) == 16 && len(key) < 16:
			out = append(out, "A block of 16 bytes is ISO-4 and needs an AES key of 16, 24 or 32 bytes.")
		}
	}
	if len(s.in.PANs) == 0 {
		out = append(out, "No PAN was given: formats 0, 3 and 4 need the one that the block was made for.")
	}
	if len(s.vague) > 0 {
		out = append(out, "Under this key the block also reads as "+list(s.vague, "and")+
			", but so do so many random blocks that it proves nothing: ask the sender for the format.")
	}
	ask := askDUKPT
	if s.in.KSN != "" {
		ask = dukptNext
	}
	return append(out, ask,
		"Ask for a second block of the same card and PIN. If the two are equal the format has no random fill, as ISO-0; if not it is ISO-1, ISO-3, ISO-4 or derived keys.")
}
