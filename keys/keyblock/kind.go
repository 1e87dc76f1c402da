package keyblock

import (
	"encoding/hex"
	"strings"
)

// kind is what is known of the optional blocks with one ID.
type kind struct {
	name string // what the block is, in words
	form string // what its data is, in words

	check   func(data string) bool   // whether the data has its form; nil for any
	explain func(data string) string // what data of that form means; nil for nothing to add
}

// kinds are the optional blocks of X9.143 section 6.3.6 table 7, by ID. The files
// block_*.go fill it.
var kinds = make(map[string]kind)

func define(id string, k kind) { kinds[id] = k }

// explain returns what the block is and what its data means.
func (b *OptionalBlock) explain() string {
	k, ok := kinds[b.ID]
	switch {
	case !ok && digit(b.ID[0]) && digit(b.ID[1]):
		return proprietary
	case !ok:
		return unknown
	case k.check != nil && !k.check(b.Data):
		return k.name + "; not " + k.form
	case k.explain != nil:
		return k.name + ": " + k.explain(b.Data)
	}
	return k.name
}

// have returns the data of b, if b has that ID and its form.
func (b *OptionalBlock) have(ids ...string) (string, error) {
	for _, id := range ids {
		if b.ID == id && kinds[id].check(b.Data) {
			return b.Data, nil
		}
	}
	return "", ErrOptionalBlock
}

// newBlock returns the block, if its data has its form.
func newBlock(id, data string) (OptionalBlock, error) {
	b := OptionalBlock{ID: id, Data: data}
	if check := kinds[id].check; b.problem() != "" || check != nil && !check(data) {
		return OptionalBlock{}, ErrOptionalBlock
	}
	return b, nil
}

// isHex reports whether s is hex digits in upper case.
func isHex(s string) bool {
	return strings.Trim(s, hexDigits) == ""
}

// hexOf returns a check for that many hex digits, or one of several numbers.
func hexOf(lengths ...int) func(string) bool {
	return func(s string) bool {
		for _, n := range lengths {
			if len(s) == n {
				return isHex(s)
			}
		}
		return false
	}
}

// upperHex returns bytes as hex digits in upper case.
func upperHex(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }

// unhex returns the bytes of hex digits that were checked.
func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		return nil
	}
	return b
}
