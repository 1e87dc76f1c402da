package explain

import (
	"context"
	"encoding/hex"
	"strings"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

// kcvTexts says for each method what it is for, what works, and on what.
var kcvTexts = map[keys.KCVMethod]struct{ why, with string }{
	keys.TDESECBZero:  {"The usual check value of a TDES key: eight zero bytes, enciphered. ANSI X9.24-1:2017 annex A.", "TDES, the key"},
	keys.AESECBZero:   {"Sixteen zero bytes, enciphered. Many devices show it for AES keys, and PKCS#11 as CKA_CHECK_VALUE.", "AES, the key"},
	keys.AESCMACZero:  {"The usual check value of an AES key: the CMAC of sixteen zero bytes. ANSI X9.24-1:2017 annex A, X9.143.", "AES, the key"},
	keys.TDESCMACZero: {"The CMAC of eight zero bytes.", "TDES, the key"},
	keys.AESCMAC:      {"The AES-CMAC of data that both sides agree on.", "AES-CMAC, the key"},
	keys.TDESCMAC:     {"The TDES-CMAC of data that both sides agree on.", "TDES-CMAC, the key"},
	keys.HMACSHA256:   {"For keys of HMAC: the HMAC-SHA-256 of data that both sides agree on, often none.", "HMAC-SHA-256, the key"},
}

// kcvStep explains one method. The error is that of [cleartext.KCV].
func kcvStep(raw, data []byte, m keys.KCVMethod) (Step, string, error) {
	whole, err := wholeKCV(raw, data, m)
	if err != nil {
		return Step{}, "", err
	}
	text := kcvTexts[m]
	s := Step{Title: m.String(), Why: text.why}
	value := Row{Name: "check value", Op: Encipher, With: text.with, Unit: Hex, Parts: checkParts(whole)}
	zeros := Row{Name: "zeros", Unit: Hex, Parts: []Part{part(strings.Repeat("0", len(whole)), Fill, "")}}
	switch m {
	case keys.TDESECBZero, keys.AESECBZero:
		s.Rows = []Row{zeros, value}
	case keys.AESCMACZero, keys.TDESCMACZero:
		s.Why += " NIST SP 800-38B masks a last block that is whole with the subkey K1, and masked zeros are K1 itself."
		if s.Rows, err = cmacRows(raw, m, zeros, value); err != nil {
			return Step{}, "", err
		}
	default:
		value.Op = Derive
		s.Rows = []Row{{Name: "data", Unit: Hex, Parts: []Part{part(upperHex(data), "", count(len(data), "byte"))}}, value}
	}
	return s, whole[:checkDigits], nil
}

// checkParts parts the output of a method.
func checkParts(whole string) []Part {
	return []Part{
		part(whole[:checkDigits], Check, "check value of 6 digits"),
		part(whole[checkDigits:], Cipher, ""),
	}
}

// cmacRows shows the CMAC of zeros: zeros enciphered, doubled to the subkey K1, and that
// enciphered.
func cmacRows(raw []byte, m keys.KCVMethod, zeros, value Row) ([]Row, error) {
	ecb := keys.TDESECBZero
	if m == keys.AESCMACZero {
		ecb = keys.AESECBZero
	}
	l, err := wholeKCV(raw, nil, ecb)
	if err != nil {
		return nil, err
	}
	k1, err := hex.DecodeString(l)
	if err != nil {
		return nil, errNotTheLibrary
	}
	doubleInField(k1)
	if !enciphersTo(raw, k1, value.Value()) {
		return nil, errNotTheLibrary
	}
	return []Row{zeros,
		{Name: "L", Op: Encipher, With: value.With, Unit: Hex, Parts: []Part{part(l, Cipher, "")}},
		{Name: "subkey K1", Op: Derive, With: "doubled, SP 800-38B 6.1", Unit: Hex, Parts: []Part{part(upperHex(k1), Key, "")}},
		value,
	}, nil
}

// doubleInField doubles a block as NIST SP 800-38B 6.1 has it: shifted left by a bit,
// and if one fell out, the last byte exclusive-ored with the constant of the field.
func doubleInField(b []byte) {
	constant := byte(0x87)
	if len(b) == 8 {
		constant = 0x1b
	}
	carry := byte(0)
	for i := len(b) - 1; i >= 0; i-- {
		b[i], carry = b[i]<<1|carry, b[i]>>7
	}
	b[len(b)-1] ^= carry * constant
}

// enciphersTo reports whether the library agrees about the last step. A key that it
// refuses cannot be asked.
func enciphersTo(raw, block []byte, want string) bool {
	for _, a := range algorithmsOf(raw) {
		key, err := cleartext.New(a, keys.UsageData, raw)
		if err != nil || key.BlockSize() != len(block) {
			continue
		}
		out := make([]byte, len(block))
		return key.Encrypt(context.Background(), out, block) == nil && upperHex(out) == want
	}
	return true
}
