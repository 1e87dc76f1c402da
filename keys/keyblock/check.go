package keyblock

import (
	"errors"
	"strings"
)

// Check returns nil if the header says what X9.143 allows: a usage, an algorithm
// and a mode of use that go together, optional blocks with the data they should
// have, once each, padding last. Everything that is wrong is in the error, which
// wraps [ErrInconsistent], as does each [*FieldError] in it. A header that cannot
// be written at all wraps [ErrHeader].
//
// What is proprietary, usages of two digits and the other fields of one, is not
// judged.
func (h Header) Check() error {
	if err := h.wellFormed(); err != nil {
		return err
	}
	var c checker
	c.values(&h)
	c.combination(&h)
	c.optional(&h)
	return errors.Join(c.errs...)
}

// checker collects what is wrong.
type checker struct{ errs []error }

func (c *checker) wrong(field string, offset int, problem string) {
	c.errs = append(c.errs, &FieldError{Field: field, Offset: offset, Problem: problem, class: ErrInconsistent})
}

// values checks each field by itself.
func (c *checker) values(h *Header) {
	if !h.Usage.Valid() {
		c.wrong("usage", 5, "X9.143 does not have it")
	}
	for _, f := range [...]struct {
		name   string
		table  map[byte]string
		value  byte
		offset int
	}{
		{"algorithm", algorithmNames, h.Algorithm, 7},
		{"mode of use", modeNames, h.Mode, 8},
		{"exportability", exportabilityNames, h.Exportability, 11},
	} {
		if meaning(f.table, f.value) == unknown {
			c.wrong(f.name, f.offset, "X9.143 does not have it")
		}
	}
	reserved := text(h.Reserved, "00")
	if contextNames[reserved[0]] == "" {
		c.wrong("key context", 14, "it is not 0, 1 or 2")
	}
	if reserved[1] != '0' {
		c.wrong("reserved field", 15, "it is not 0")
	}
}

// combination checks usage, algorithm, mode and version together.
func (c *checker) combination(h *Header) {
	if r, ok := rules[h.Usage]; ok {
		if !digit(h.Algorithm) && strings.IndexByte(r.algorithms, h.Algorithm) < 0 {
			c.wrong("algorithm", 7, "the usage does not go with it")
		}
		if !digit(h.Mode) && h.Mode != 'N' && strings.IndexByte(r.modes, h.Mode) < 0 {
			c.wrong("mode of use", 8, "the usage does not go with it")
		}
	}
	if h.Algorithm == 'A' && !versions[h.Version].aes() {
		c.wrong("algorithm", 7, "an AES key needs an AES version, D or E")
	}
	// ISO 20038 has no block HM: its algorithm says which hash.
	if _, ok := h.Block("HM"); h.Algorithm == 'H' && !ok && h.Version != 'E' {
		c.wrong("optional blocks", fixedLength, "an HMAC key needs the block HM, which names the hash")
	}
}

// optional checks the optional blocks.
func (c *checker) optional(h *Header) {
	seen := make(map[string]bool, len(h.Optional))
	at := fixedLength
	for i, b := range h.Optional {
		field := "optional block " + b.ID
		if seen[b.ID] {
			c.wrong(field, at, "it is there twice")
		}
		seen[b.ID] = true
		if k, ok := kinds[b.ID]; ok && k.check != nil && !k.check(b.Data) {
			c.wrong(field, at, "its data is not "+k.form)
		}
		if b.ID == idPB && i != len(h.Optional)-1 {
			c.wrong(field, at, "padding is not the last block")
		}
		if b.LengthDigits != 0 && b.LengthDigits != extendedDigits {
			c.wrong(field, at, "its extended length does not have four digits")
		}
		at += b.len()
	}
	if h.optionalLen()%versions[h.Version].block != 0 {
		c.wrong("optional blocks", fixedLength, "they do not fill whole cipher blocks")
	}
}
