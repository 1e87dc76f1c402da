package pinblock

// IBM3624 is the IBM 3624 format: PIN of 1 to 16 digits and one pad digit 0 to
// F ([Format.WithPad], F by itself) to the end. How the end of the PIN is found
// is an [Extraction]. Source: IBM CCA, "PIN block formats".
const IBM3624 Format = 24

func init() {
	define(IBM3624, layout{
		source: "IBM CCA, PIN block formats",
		name:   "IBM-3624", size: 8, minPIN: 1, maxPIN: 16,
		pads: 0xffff, extracts: true,
		field:   padField{},
		aliases: []Alias{{"IBM3624", "short form"}, {"3624", "IBM CCA"}},
	})
}
