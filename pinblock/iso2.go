package pinblock

// ISO2 is ISO 9564-1 format 2: 2 L PIN F…, for offline PINs towards a chip
// card. It binds no PAN and is not random: only a key that is never used twice
// protects it. See ISO 9564-1:2017 9.3.4.
const ISO2 Format = 3

func init() {
	define(ISO2, layout{
		source: "ISO 9564-1:2017 9.3.4",
		name:   "ISO-2", size: 8, minPIN: 4, maxPIN: 12,
		pads:  1 << 0xf,
		field: &controlField{control: 2, fixed: 0xf},
		aliases: []Alias{
			{"ISO2", "short form"}, {"FORMAT-2", "common"},
			{"EMV", "EMV Book 3"}, {"THALES-34", "Thales payShield"}, {"JPOS-34", "jPOS"},
		},
	})
}
