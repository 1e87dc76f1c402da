package pinblock

// ISO0 is ISO 9564-1 format 0: 0 L PIN F…, exclusive-or with the twelve
// rightmost PAN digits without the check digit. One PIN and PAN always give one
// block. See ISO 9564-1:2017 9.3.2.
const ISO0 Format = 1

func init() {
	define(ISO0, layout{
		source: "ISO 9564-1:2017 9.3.2",
		name:   "ISO-0", size: 8, minPIN: 4, maxPIN: 12, bind: bindRight12,
		pads:  1 << 0xf,
		field: &controlField{control: 0, fixed: 0xf},
		aliases: []Alias{
			{"ISO0", "short form"}, {"FORMAT-0", "common"},
			{"ANSI-X9.8", "ANSI, IBM"}, {"ANSI", "moov"}, {"VISA-1", "IBM, EFTlab"}, {"ECI-1", "IBM, EFTlab"},
			{"THALES-01", "Thales payShield"}, {"JPOS-00", "jPOS"}, {"JPOS-01", "jPOS"},
			{"ISO-FORMAT-0", "AWS"}, {"AS2805-FORMAT-0", "AWS"},
		},
	})
}
