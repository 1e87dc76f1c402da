package pinblock

// Docutel is Thales payShield's format 02: length 4 to 6, PIN, zeros up to six
// digits, nine decimal digits. The bare name is refused by [ParseFormat]:
// others call OEM-1 so.
const Docutel Format = 23

func init() {
	define(Docutel, layout{
		source: "Thales payShield format 02",
		name:   "DOCUTEL-THALES", size: 8, minPIN: 4, maxPIN: 6,
		field: lengthField{random: decFill},
		aliases: []Alias{
			{"THALES-02", "Thales payShield: Docutel"}, {"JPOS-02", "jPOS"},
		},
	})
}
