package pinblock

// IBM3621 is the format of the IBM 3621 and 5906: a sequence number of four
// nibbles ([Format.WithSequence]), PIN of 1 to 12 digits, and one pad digit 0
// to F ([Format.WithPad], F by itself) to the end. How the end of the PIN is
// found is an [Extraction]. Source: IBM CCA, "PIN block formats".
const IBM3621 Format = 25

func init() {
	define(IBM3621, layout{
		source: "IBM CCA, PIN block formats",
		name:   "IBM-3621", size: 8, minPIN: 1, maxPIN: 12,
		pads: 0xffff, extracts: true, seqMax: 0xffff,
		field: padField{sequence: 4},
		aliases: []Alias{
			{"IBM3621", "short form"}, {"3621", "IBM CCA"},
			{"IBM-5906", "IBM"}, {"IBM5906", "short form"}, {"5906", "IBM"},
		},
	})
}
