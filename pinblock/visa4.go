package pinblock

// VISA4 is the VISA-4 or Plus network format: ISO-0 with the twelve leftmost
// PAN digits (never the check digit). Sources: IBM CCA, "PIN block formats";
// Thales payShield format 04.
const VISA4 Format = 18

func init() {
	define(VISA4, layout{
		source: "IBM CCA, PIN block formats; Thales payShield format 04",
		name:   "VISA-4", size: 8, minPIN: 4, maxPIN: 12, bind: bindLeft12,
		pads:  1 << 0xf,
		field: &controlField{control: 0, fixed: 0xf},
		aliases: []Alias{
			{"VISA4", "short form"}, {"PLUS", "Plus network"}, {"PLUS-NETWORK", "Plus network"},
			{"THALES-04", "Thales payShield"}, {"JPOS-04", "jPOS"},
		},
	})
}
