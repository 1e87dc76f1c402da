package explain

import (
	"errors"
	"fmt"

	"github.com/pinion-hsm/pinion/keys/keyblock"
)

// fieldStep shows a key block or a header as text, in its fields. The error is that
// of the form; what the header says is then as far as it can be read.
func fieldStep(name, block string) (keyblock.Header, Step, error) {
	s := Step{
		Title: "Read the fields",
		Why:   "Everybody can read the header, X9.143 section 6.2 table 1. The authenticator binds it to the key.",
	}
	h, parts, err := blockParts(block)
	s.Rows = []Row{{Name: name, Unit: Text, Parts: parts}}
	if err != nil {
		blame(&s, err)
	} else {
		s.Facts = checkFacts(h, parts)
	}
	return h, s, err
}

// blame marks the field that an error is about, and says what is wrong with it.
func blame(s *Step, err error) {
	var f *keyblock.FieldError
	if errors.As(err, &f) {
		mark(s.Rows[0].Parts, f.Offset, f.Field, f.Problem)
		note := fmt.Sprintf("at character %d, counted from 0", f.Offset)
		if f.Field == "length" {
			note = "it has " + count(len(s.Rows[0].Value()), "character")
		}
		s.Facts = []Fact{{Name: f.Field, Value: f.Problem, Kind: Wrong, Note: note}}
	}
}

// blockParts cuts a block or a header into its fields.
func blockParts(block string) (keyblock.Header, []Part, error) {
	h, err := keyblock.ParseHeader(block)
	if err != nil {
		return h, brokenParts(printable(block), err), err
	}
	parts, rest := headerParts(block, h), block[h.Len():]
	if rest == "" {
		return h, parts, nil
	}
	_, key, mac, err := keyblock.Split(block)
	if err != nil {
		return h, append(parts, Part{Text: printable(rest), Kind: Cipher, Note: "enciphered key and authenticator"}), err
	}
	return h, append(parts, secretParts(h, key, mac)...), nil
}

// secretParts are what is behind a header.
func secretParts(h keyblock.Header, key, mac string) []Part {
	fields := keyblock.Explain(h)
	return []Part{
		{Text: key, Kind: Cipher, Note: "enciphered key: " + count(len(key)/2, "byte") + ", " + meaningOf(fields, "enciphered key")},
		{Text: mac, Kind: MAC, Note: "authenticator: " + count(len(mac)/2, "byte") + ", " + meaningOf(fields, "authenticator")},
	}
}

// headerParts cuts the header that block begins with.
func headerParts(block string, h keyblock.Header) []Part {
	fields := keyblock.Explain(h)
	parts := fixedParts(block, fields)
	for i, b := range h.Optional {
		parts = append(parts, optionalParts(b, fields[len(fixedKinds)+i].Meaning)...)
	}
	return parts
}

// fixedKinds are the fields before the optional blocks in their order, by how many
// characters they have and how they look.
var fixedKinds = [...]struct {
	width int
	kind  Kind
	note  string // where the name of the field says it better than its meaning
}{
	{1, Control, ""}, {4, Length, "length of the block in characters"}, {2, Header, ""}, {1, Header, ""}, {1, Header, ""},
	{2, Index, ""}, {1, Header, ""}, {2, Length, "number of optional blocks"}, {1, Header, ""}, {1, Fill, ""},
}

// fixedParts cuts the first 16 characters of block, of which fields tell.
func fixedParts(block string, fields []keyblock.Field) (parts []Part) {
	for i, f := range fixedKinds {
		note := f.note
		if note == "" {
			note = fields[i].Name + ": " + fields[i].Meaning
		}
		parts = append(parts, Part{Text: block[:f.width], Kind: f.kind, Note: note})
		block = block[f.width:]
	}
	return parts
}

// optionalParts cuts an optional block into ID, length and data.
func optionalParts(b keyblock.OptionalBlock, meaning string) []Part {
	text, kind := b.String(), Optional
	if b.ID == "PB" {
		kind = Fill
	}
	data := len(text) - len(b.Data)
	return cutParts(
		Part{Text: text[:2], Kind: Optional, Note: "optional block " + b.ID},
		Part{Text: text[2:data], Kind: Length, Note: "its length, in hex: " + count(len(text), "character")},
		Part{Text: text[data:], Kind: kind, Note: meaning},
	)
}

// mark marks the part that begins at an offset as wrong.
func mark(parts []Part, offset int, field, problem string) {
	at := 0
	for i := range parts {
		if p := &parts[i]; at == offset {
			p.Kind = Wrong
			if p.Note == "" {
				p.Note = field
			}
			p.Note += "; " + problem
			return
		}
		at += len(parts[i].Text)
	}
}

// checkFacts says what X9.143 does not allow about a header, and marks it.
func checkFacts(h keyblock.Header, parts []Part) (facts []Fact) {
	err := h.Check()
	if err == nil {
		return []Fact{{Name: "header", Value: "as X9.143 has it", Kind: Right}}
	}
	list := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		list = joined.Unwrap()
	}
	for _, err := range list {
		var f *keyblock.FieldError
		if errors.As(err, &f) {
			if f.Offset < h.Len() {
				mark(parts, f.Offset, f.Field, f.Problem)
			}
			facts = append(facts, Fact{Name: f.Field, Value: f.Problem, Kind: Wrong, Note: "not as X9.143 has it"})
		}
	}
	return facts
}
