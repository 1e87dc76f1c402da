package pinblock

// ECI3 is the ECI-3 (Eurocheque International) format: length 4 to 6, PIN,
// zeros up to six digits, nine random nibbles. Source: IBM CCA, "PIN block
// formats".
const ECI3 Format = 20

func init() {
	define(ECI3, layout{
		source: "IBM CCA, PIN block formats",
		name:   "ECI-3", size: 8, minPIN: 4, maxPIN: 6,
		field:   lengthField{random: hexFill},
		aliases: []Alias{{"ECI3", "short form"}},
	})
}
