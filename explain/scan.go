package explain

import "fmt"

// blank stands in a row where a digit of the row above is not taken.
const blank = "."

// scanSteps show how four digits are found in a cryptogram, and the digits. Source:
// IBM CCA, "VISA PIN validation value".
func scanSteps(cryptogram string) (steps []Step, digits string) {
	s := scan{cryptogram: cryptogram}
	first := Step{
		Title: "First scan: decimal digits",
		Why:   "From left to right, until there are four.",
		Rows:  s.pass("0 to 9", "A to F: passed over in the first scan", isDecimal, 0),
	}
	first.Facts = []Fact{{Name: "found", Value: s.found, Kind: Taken, Note: s.still()}}
	if len(s.found) == 4 {
		return []Step{first}, s.found
	}
	second := Step{
		Title: "Second scan: digits A to F, each less ten",
		Why:   "From left to right again, until there are four: A becomes 0, B 1, and F 5.",
		Rows:  s.pass("A to F, each less ten", "0 to 9: seen in the first scan", func(c byte) bool { return !isDecimal(c) }, 'A'-'0'),
	}
	second.Facts = []Fact{{Name: "found", Value: s.found, Kind: Taken, Note: s.still()}}
	return []Step{first, second}, s.found
}

// scan is what was found so far.
type scan struct{ cryptogram, found string }

// pass goes through the cryptogram once, and returns it with the digits taken below
// it, each less so much.
func (s *scan) pass(what, others string, wanted func(byte) bool, less byte) []Row {
	from := Row{Name: "cryptogram", Unit: Hex}
	to := Row{Name: "digits", Op: Take, With: what, Unit: Digits}
	for i := range len(s.cryptogram) {
		c := s.cryptogram[i]
		above, below := part(string(c), Skipped, others), part(blank, Skipped, "")
		switch {
		case wanted(c) && len(s.found) < 4:
			above.Kind, above.Note = Taken, ""
			s.found += string(c - less)
			below = part(string(c-less), Taken, fmt.Sprintf("digit %d", len(s.found)))
		case wanted(c):
			above.Note = "not needed: there are four"
		}
		from.Parts, to.Parts = append(from.Parts, above), append(to.Parts, below)
	}
	return []Row{from, to}
}

// still says how many digits are missing.
func (s *scan) still() string {
	if n := 4 - len(s.found); n > 0 {
		return fmt.Sprintf("%d more needed: a second scan", n)
	}
	return "four: done"
}

func isDecimal(c byte) bool { return '0' <= c && c <= '9' }
