package keyblock

import "github.com/pinion-hsm/pinion/keys"

// ParseHeader reads the header of a key block. It takes a whole block, whose
// length must be what the header says, or the header alone. No key is needed, and
// any text is safe to pass: it returns a header or an error that wraps
// [ErrHeader].
//
// Only the form is checked, so that headers of every maker can be read: fields are
// letters or digits, lengths add up. Whether usage, algorithm and mode go
// together is another question, answered by [Header.Check].
func ParseHeader(block string) (Header, error) {
	h, err := parseHeader(block)
	if err != nil {
		return Header{}, err
	}
	if len(block) > h.Len() && len(block) != h.Length {
		return Header{}, malformed("length", 1, "the block has another length")
	}
	return h, nil
}

// The fields before the optional blocks, X9.143 section 6.2 table 1. The number of
// optional blocks, at 12, and the two lengths are read by themselves.
var fixedFields = [...]struct {
	name       string
	start, end int
}{
	{"usage", 5, 7}, {"algorithm", 7, 8}, {"mode of use", 8, 9},
	{"key version", 9, 11}, {"exportability", 11, 12}, {"reserved field", 14, 16},
}

// parseHeader reads the header that block begins with.
func parseHeader(block string) (Header, error) {
	if len(block) < fixedLength {
		return Header{}, malformed("header", 0, "it has less than 16 characters")
	}
	if versions[block[0]] == nil {
		return Header{}, malformed("version", 0, "it is not one of A to E")
	}
	length, ok := decimal(block[1:5])
	if !ok {
		return Header{}, malformed("length", 1, "it is not four digits")
	}
	for _, f := range &fixedFields {
		if !allAlphanumeric(block[f.start:f.end]) {
			return Header{}, malformed(f.name, f.start, "it is not letters or digits")
		}
	}
	count, ok := decimal(block[12:14])
	if !ok {
		return Header{}, malformed("number of optional blocks", 12, "it is not two digits")
	}
	optional, err := parseOptional(block, count)
	if err != nil {
		return Header{}, err
	}
	return Header{
		Version:       block[0],
		Length:        length,
		Usage:         keys.Usage(block[5:7]),
		Algorithm:     block[7],
		Mode:          block[8],
		KeyVersion:    block[9:11],
		Exportability: block[11],
		Optional:      optional,
		Reserved:      block[14:16],
	}, nil
}

// parseOptional reads that many optional blocks.
func parseOptional(block string, count int) ([]OptionalBlock, error) {
	if count == 0 {
		return nil, nil
	}
	if len(block)-fixedLength < count*shortPrefix {
		return nil, malformed("number of optional blocks", 12, "the text is too short for as many")
	}
	blocks := make([]OptionalBlock, count)
	at := fixedLength
	for i := range blocks {
		if problem := blocks[i].parse(block[at:]); problem != "" {
			return nil, malformed("optional block", at, problem)
		}
		at += blocks[i].len()
	}
	return blocks, nil
}

// parse reads the optional block that s begins with. It returns what is wrong
// with it, or "".
func (b *OptionalBlock) parse(s string) (problem string) {
	if len(s) < shortPrefix {
		return "the text ends in it"
	}
	length, ok := hexNumber(s[2:4])
	if !ok {
		return "length is not two hex digits"
	}
	prefix := shortPrefix
	if length == 0 {
		// The extended form: how many characters the length has, then the length.
		// That they are characters, not bytes, the examples of X9.143 show.
		if len(s) < extendedPrefix {
			return "the text ends in it"
		}
		digits, ok := hexNumber(s[4:6])
		if !ok || digits == 0 || digits > maxDigits {
			return "number of length digits is not 01 to 08"
		}
		prefix += 2 + digits
		if len(s) < prefix {
			return "the text ends in it"
		}
		if length, ok = hexNumber(s[extendedPrefix:prefix]); !ok {
			return "extended length is not hex digits"
		}
		if digits != extendedDigits || length <= 0xff {
			b.LengthDigits = digits // not what String would choose
		}
	}
	if length < prefix {
		return "length is less than that of ID and length"
	}
	if length > len(s) {
		return "length is more than there is text"
	}
	b.ID, b.Data = s[:2], s[prefix:length]
	return b.problem()
}

// decimal returns the value of decimal digits.
func decimal(s string) (n int, ok bool) {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = 10*n + int(s[i]-'0')
	}
	return n, true
}
