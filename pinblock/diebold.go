package pinblock

// Diebold is Thales payShield's format 03, Diebold and IBM ATMs: PIN and F to
// the end. The bare name is refused by [ParseFormat]: others call OEM-1 so.
const Diebold Format = 22

func init() {
	define(Diebold, layout{
		source: "Thales payShield format 03",
		name:   "DIEBOLD-THALES", size: 8, minPIN: 4, maxPIN: 12,
		pads:  1 << 0xf,
		field: padField{exclusive: true, pad: 0xf},
		aliases: []Alias{
			{"THALES-03", "Thales payShield: Diebold"}, {"JPOS-03", "jPOS"}, {"IBM-ATM", "Thales payShield"},
		},
	})
}
