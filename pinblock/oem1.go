package pinblock

// OEM1 is the OEM-1 format of NCR machines: PIN and one pad digit 0 to F
// ([Format.WithPad], F by itself) to the end. The last nibble is the pad digit,
// and the PIN does not contain it. IBM and EFTlab also call it Diebold and
// Docutel, names that Thales gives to other layouts.
const OEM1 Format = 21

func init() {
	define(OEM1, layout{
		source: "IBM CCA, PIN block formats",
		name:   "OEM-1", size: 8, minPIN: 4, maxPIN: 12,
		pads: 0xffff, extracts: true, endMarked: true, padNotInPIN: true,
		field: padField{exclusive: true},
		aliases: []Alias{
			{"OEM1", "short form"}, {"NCR", "EFTlab"},
			{"DIEBOLD-EFTLAB", "EFTlab, IBM: Diebold"}, {"DOCUTEL-EFTLAB", "EFTlab, IBM: Docutel"},
		},
	})
}
