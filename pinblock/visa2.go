package pinblock

// VISA2 is the VISA-2 format: length 4 to 6, PIN, zeros up to six digits, and
// one decimal pad digit ([Format.WithPad], 0 by itself) nine times. Source: IBM
// CCA, "PIN block formats".
const VISA2 Format = 16

func init() {
	define(VISA2, layout{
		source: "IBM CCA, PIN block formats",
		name:   "VISA-2", size: 8, minPIN: 4, maxPIN: 6,
		pads:    0x3ff,
		field:   lengthField{},
		aliases: []Alias{{"VISA2", "short form"}},
	})
}
