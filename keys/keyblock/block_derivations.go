package keyblock

import (
	"strings"

	"github.com/pinion-hsm/pinion/keys"
)

// The optional block DA, X9.143 section 6.3.6.4 table 12.

func init() {
	define("DA", kind{
		name: "derivations allowed",
		form: "01 and five letters or digits for each",
		check: func(data string) bool {
			return len(data) >= 7 && len(data)%5 == 2 && data[:2] == "01" && allAlphanumeric(data)
		},
		explain: func(data string) string { return strings.Join(fives(data[2:]), " ") },
	})
}

// Derivation is a key that may be derived, by the fields of its header.
type Derivation struct {
	Usage                          keys.Usage
	Algorithm, Mode, Exportability byte
}

const derivationSize = 5

func fives(s string) []string {
	var parts []string
	for ; len(s) >= derivationSize; s = s[derivationSize:] {
		parts = append(parts, s[:derivationSize])
	}
	return parts
}

// NewDA returns the block DA: which keys may be derived from this one. The error
// is [ErrOptionalBlock].
func NewDA(allowed ...Derivation) (OptionalBlock, error) {
	data := "01"
	for _, d := range allowed {
		if len(d.Usage) != 2 {
			return OptionalBlock{}, ErrOptionalBlock
		}
		data += string(d.Usage) + string([]byte{d.Algorithm, d.Mode, d.Exportability})
	}
	return newBlock("DA", data)
}

// Derivations returns what a block DA allows. The error is [ErrOptionalBlock].
func (b OptionalBlock) Derivations() ([]Derivation, error) {
	data, err := b.have("DA")
	if err != nil {
		return nil, err
	}
	var allowed []Derivation
	for _, d := range fives(data[2:]) {
		allowed = append(allowed, Derivation{keys.Usage(d[:2]), d[2], d[3], d[4]})
	}
	return allowed, nil
}
