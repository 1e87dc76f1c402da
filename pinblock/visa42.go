package pinblock

// VISA42 is VISA41 also combined, by exclusive or, with the old PIN, left
// justified and zero filled. Source: jPOS FORMAT42.
const VISA42 Format = 29

func init() {
	define(VISA42, layout{
		source: "jPOS FORMAT42",
		name:   "VISA-42", size: 8, minPIN: 4, maxPIN: 12, bind: bindUDKOld,
		pads:    1 << 0xf,
		field:   &controlField{control: 0, fixed: 0xf},
		aliases: []Alias{{"VISA42", "short form"}, {"THALES-42", "Thales payShield"}, {"JPOS-42", "jPOS"}},
	})
}
