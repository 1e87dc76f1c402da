package keyblock

// Optional blocks of a character or two, and those whose data is free.

// pedigrees are what a key was under before, by the digit in the block WP.
var pedigrees = map[string]string{
	"0": "always under keys as strong or stronger",
	"1": "once under a weaker key",
	"2": "once under an asymmetric key, at risk from quantum computers",
	"3": "once under an asymmetric key at risk from quantum computers, and a weaker symmetric one",
}

// Life is how long an asymmetric key lives, as the block AL has it.
type Life string

// The lives, X9.143 table 8.
const (
	Ephemeral Life = "ephemeral"
	Static    Life = "static"
)

// lives are the digits of each in the block AL.
var lives = map[string]Life{"00": Ephemeral, "01": Static}

func init() {
	define("WP", kind{ // X9.143 section 6.3.6.15 table 23
		name:    "wrapping pedigree",
		form:    "00 and one digit from 0 to 3",
		check:   func(data string) bool { return len(data) == 3 && data[:2] == "00" && pedigrees[data[2:]] != "" },
		explain: func(data string) string { return pedigrees[data[2:]] },
	})
	define("AL", kind{ // X9.143 section 6.3.6.1 table 8
		name:    "life of the asymmetric key",
		form:    "0100 or 0101",
		check:   func(data string) bool { return len(data) == 4 && data[:2] == "01" && lives[data[2:]] != "" },
		explain: func(data string) string { return string(lives[data[2:]]) },
	})
	define("KV", kind{ // X9.143 section 6.3.6.9 table 17
		name:  "key block values version (deprecated)",
		form:  "four letters or digits",
		check: func(data string) bool { return len(data) == 4 && allAlphanumeric(data) },
	})
	define("LB", kind{name: "label"})
	define("FL", kind{name: "flags"})
	define(idPB, kind{name: "padding"})
}

// NewWP returns the block WP: whether the key was ever under a weaker key. 0 is
// never, 1 under a weaker key, 2 under an asymmetric one that quantum computers
// threaten, 3 both. The error is [ErrOptionalBlock].
func NewWP(pedigree int) (OptionalBlock, error) {
	if pedigree < 0 || pedigree > 3 {
		return OptionalBlock{}, ErrOptionalBlock
	}
	return newBlock("WP", "00"+hexDigits[pedigree:pedigree+1])
}

// NewAL returns the block AL: how long an asymmetric key lives. The error is
// [ErrOptionalBlock].
func NewAL(l Life) (OptionalBlock, error) {
	for digits, life := range lives {
		if life == l {
			return newBlock("AL", "01"+digits)
		}
	}
	return OptionalBlock{}, ErrOptionalBlock
}

// NewLB returns the block LB: a label in printable ASCII. The error is
// [ErrOptionalBlock].
func NewLB(label string) (OptionalBlock, error) { return newBlock("LB", label) }
