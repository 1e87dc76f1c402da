package keyblock

import "github.com/pinion-hsm/pinion/keys"

// Optional blocks with a check value, X9.143 sections 6.3.6.7 and 6.3.6.12.

func init() {
	for id, of := range map[string]string{
		"KC": "check value of the key",
		"KP": "check value of the protection key",
		"PK": "check value of the protection key the key is to be exported under",
	} {
		define(id, kind{name: of, form: "00 and 4 or 6 hex digits, or 01 and 4 to 10", check: isCheckValue, explain: func(data string) string {
			if data[1] == '0' {
				return data[2:] + ", encipherment of zeros"
			}
			return data[2:] + ", CMAC of zeros"
		}})
	}
}

// isCheckValue takes check values of 2 bytes or more. X9.24-1 annex A has 3 for the
// encipherment of zeros, and up to 5 for CMAC.
func isCheckValue(data string) bool {
	if !isHex(data) || len(data) < 6 || len(data)%2 != 0 {
		return false
	}
	return data[:2] == "00" && len(data) <= 8 || data[:2] == "01" && len(data) <= 12
}

// CheckValue is a check value as key blocks have it.
type CheckValue struct {
	CMAC bool   // by CMAC, as X9.24-1 annex A asks for AES; else the encipherment of zeros
	KCV  string // hex digits in upper case
}

// CheckValueOf returns the check value of a key as X9.24-1 annex A has it: six hex
// digits of the encipherment of zeros for TDES, ten of the CMAC for AES. It is
// empty for the zero Key.
func CheckValueOf(k keys.Key) CheckValue {
	method, digits := keys.TDESECBZero, 6
	if k.BlockSize() == 16 {
		method, digits = keys.AESCMACZero, 10
	}
	kcv, err := k.KCVWith(method, digits)
	if err != nil {
		return CheckValue{} // the zero Key
	}
	return CheckValue{CMAC: method == keys.AESCMACZero, KCV: kcv}
}

func (v CheckValue) block(id string) (OptionalBlock, error) {
	if v.CMAC {
		return newBlock(id, "01"+v.KCV)
	}
	return newBlock(id, "00"+v.KCV)
}

// NewKC returns the block KC: the check value of the wrapped key. The error is
// [ErrOptionalBlock].
func NewKC(v CheckValue) (OptionalBlock, error) { return v.block("KC") }

// NewKP returns the block KP: the check value of the protection key. The error is
// [ErrOptionalBlock].
func NewKP(v CheckValue) (OptionalBlock, error) { return v.block("KP") }

// NewPK returns the block PK: the check value of the protection key under which
// the key is to be exported. The error is [ErrOptionalBlock].
func NewPK(v CheckValue) (OptionalBlock, error) { return v.block("PK") }

// CheckValue returns the check value in a block KC, KP or PK. The error is
// [ErrOptionalBlock].
func (b OptionalBlock) CheckValue() (CheckValue, error) {
	data, err := b.have("KC", "KP", "PK")
	if err != nil {
		return CheckValue{}, err
	}
	return CheckValue{CMAC: data[1] == '1', KCV: data[2:]}, nil
}
