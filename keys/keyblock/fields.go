package keyblock

import "github.com/pinion-hsm/pinion/keys"

// Fields are the fields of a header as text, as they come from a command line or
// a configuration file.
type Fields struct {
	Version       string // one character, A to E
	Usage         string // two
	Algorithm     string // one
	Mode          string // one
	KeyVersion    string // two, or "" for "00"
	Exportability string // one
}

// Header returns the header with these fields, without optional blocks, its
// length still 0. Errors wrap [ErrHeader]; only the form is checked, see
// [Header.Check].
func (f Fields) Header() (Header, error) {
	for _, x := range []struct {
		name, value string
		offset, n   int
	}{
		{"version", f.Version, 0, 1},
		{"usage", f.Usage, 5, 2},
		{"algorithm", f.Algorithm, 7, 1},
		{"mode of use", f.Mode, 8, 1},
		{"key version", text(f.KeyVersion, "00"), 9, 2},
		{"exportability", f.Exportability, 11, 1},
	} {
		if len(x.value) != x.n {
			return Header{}, malformed(x.name, x.offset, "it does not have the right number of characters")
		}
	}
	h := Header{
		Version:       f.Version[0],
		Usage:         keys.Usage(f.Usage),
		Algorithm:     f.Algorithm[0],
		Mode:          f.Mode[0],
		KeyVersion:    f.KeyVersion,
		Exportability: f.Exportability[0],
	}
	if err := h.wellFormed(); err != nil {
		return Header{}, err
	}
	return h, nil
}

// wellFormed returns an error unless h can be written as text that reads back.
func (h Header) wellFormed() error {
	if versions[h.Version] == nil {
		return malformed("version", 0, "it is not one of A to E")
	}
	if h.Length < 0 || h.Length > maxLength {
		return malformed("length", 1, "it is not four digits")
	}
	for _, x := range [...]struct {
		name   string
		ok     bool
		offset int
	}{
		{"usage", two(string(h.Usage)), 5},
		{"algorithm", alphanumeric(h.Algorithm), 7},
		{"mode of use", alphanumeric(h.Mode), 8},
		{"key version", two(text(h.KeyVersion, "00")), 9},
		{"exportability", alphanumeric(h.Exportability), 11},
		{"reserved field", two(text(h.Reserved, "00")), 14},
	} {
		if !x.ok {
			return malformed(x.name, x.offset, "it is not letters or digits, as many as the field has")
		}
	}
	if len(h.Optional) > maxOptional {
		return malformed("number of optional blocks", 12, "there are more than 99")
	}
	at := fixedLength
	for i := range h.Optional {
		if problem := h.Optional[i].problem(); problem != "" {
			return malformed("optional block", at, problem)
		}
		at += h.Optional[i].len()
	}
	return nil
}

func two(s string) bool { return len(s) == 2 && allAlphanumeric(s) }
