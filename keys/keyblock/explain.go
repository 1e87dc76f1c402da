package keyblock

import "strconv"

// Field is a field of a key block for people: what it is called, what is written
// there, and what that means.
type Field struct{ Name, Value, Meaning string }

// Explain returns the fields of a header in their order, the optional blocks
// included, and then how long what follows them is, if the header's length says
// that something does. Values are cut after 64 characters.
func Explain(h Header) []Field {
	reserved := text(h.Reserved, "00")
	fields := []Field{
		{"version", show(h.Version), unknown},
		{"length", string(appendDecimal(nil, h.Length, 4)), "characters"},
		{"usage", clip(string(h.Usage)), text(h.Usage.Description(), unknown)},
		{"algorithm", show(h.Algorithm), meaning(algorithmNames, h.Algorithm)},
		{"mode of use", show(h.Mode), meaning(modeNames, h.Mode)},
		{"key version", clip(text(h.KeyVersion, "00")), explainKeyVersion(h.KeyVersion)},
		{"exportability", show(h.Exportability), meaning(exportabilityNames, h.Exportability)},
		{"optional blocks", string(appendDecimal(nil, len(h.Optional), 2)), "how many follow"},
		{"key context", clip(reserved[:1]), meaning(contextNames, reserved[0])},
		{"reserved", clip(reserved[1:]), "always 0"},
	}
	for i := range h.Optional {
		b := &h.Optional[i]
		f := Field{"optional block " + clip(b.ID), clip(b.Data), unknown}
		if b.problem() == "" {
			f.Meaning = b.explain()
		}
		fields = append(fields, f)
	}
	v := versions[h.Version]
	if v == nil {
		return fields
	}
	fields[0].Meaning = v.name
	if n := v.payloadLen(&h); n > 0 {
		fields = append(fields,
			Field{"enciphered key", strconv.Itoa(n) + " bytes", roomFor(n)},
			Field{"authenticator", strconv.Itoa(v.mac) + " bytes", "over the header and the key"})
	}
	return fields
}

func explainKeyVersion(s string) string {
	switch {
	case s == "" || s == "00":
		return "not used"
	case s[0] == 'c':
		return "component of a key"
	}
	return "version of the key"
}

// roomFor says how long the key is at most: the padding hides how long it is.
func roomFor(payload int) string {
	return "room for a key of " + strconv.Itoa(max(payload-lengthField, 0))
}

func show(c byte) string { return clip(string([]byte{char(c)})) }

// clip makes a value fit to be shown: not too long, and nothing that a terminal
// would act upon.
func clip(s string) string {
	const most = 64
	cut := ""
	if len(s) > most {
		s, cut = s[:most], "…"
	}
	if !allPrintable(s) {
		s = strconv.QuoteToASCII(s)
	}
	return s + cut
}
