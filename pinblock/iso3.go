package pinblock

// ISO3 is ISO0 with random fill from A to F, so that one PIN does not always
// give one block. See ISO 9564-1:2017 9.3.5.
const ISO3 Format = 4

func init() {
	define(ISO3, layout{
		source: "ISO 9564-1:2017 9.3.5",
		name:   "ISO-3", size: 8, minPIN: 4, maxPIN: 12, bind: bindRight12,
		field: &controlField{control: 3, random: afFill},
		aliases: []Alias{
			{"ISO3", "short form"}, {"FORMAT-3", "common"},
			{"THALES-47", "Thales payShield"}, {"JPOS-47", "jPOS"}, {"ISO-FORMAT-3", "AWS"},
		},
	})
}
