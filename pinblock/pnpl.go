package pinblock

// PNPL is the Europay and Mastercard Pay Now & Pay Later format, Thales 35: 2 L
// PIN F…, exclusive-or with the twelve rightmost PAN digits without the check
// digit. Source: jPOS FORMAT35.
const PNPL Format = 27

func init() {
	define(PNPL, layout{
		source: "jPOS FORMAT35",
		name:   "MC-PNPL", size: 8, minPIN: 4, maxPIN: 12, bind: bindRight12,
		pads:  1 << 0xf,
		field: &controlField{control: 2, fixed: 0xf},
		aliases: []Alias{
			{"PNPL", "short form"}, {"EUROPAY-PNPL", "Europay"}, {"MASTERCARD-PNPL", "Mastercard"},
			{"THALES-35", "Thales payShield"}, {"JPOS-35", "jPOS"},
		},
	})
}
