package pinblock

// VISA3 is the VISA-3 format: PIN, one F, and one pad digit 0 to F
// ([Format.WithPad], F by itself) to the end. The F ends the PIN, whatever the
// pad digit. Source: IBM CCA, "PIN block formats".
const VISA3 Format = 17

func init() {
	define(VISA3, layout{
		source: "IBM CCA, PIN block formats",
		name:   "VISA-3", size: 8, minPIN: 4, maxPIN: 12,
		pads: 0xffff, extracts: true, endMarked: true,
		field:   padField{delimiter: true},
		aliases: []Alias{{"VISA3", "short form"}},
	})
}
