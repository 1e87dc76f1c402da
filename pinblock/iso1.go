package pinblock

// ISO1 is ISO 9564-1 format 1: 1 L PIN and random nibbles 0 to F. It binds no
// PAN. See ISO 9564-1:2017 9.3.3.
const ISO1 Format = 2

func init() {
	define(ISO1, layout{
		source: "ISO 9564-1:2017 9.3.3",
		name:   "ISO-1", size: 8, minPIN: 4, maxPIN: 12,
		field: &controlField{control: 1, random: hexFill},
		aliases: []Alias{
			{"ISO1", "short form"}, {"FORMAT-1", "common"},
			{"ECI-4", "IBM, EFTlab"}, {"AS2805-1", "AS 2805"},
			{"THALES-05", "Thales payShield"}, {"JPOS-05", "jPOS"}, {"ISO-FORMAT-1", "AWS"},
		},
	})
}
