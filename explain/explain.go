package explain

// Explanation is how something was worked out, step by step. It is data: the command
// line prints it with [Explanation.Text], a page draws it from JSON.
type Explanation struct {
	Title  string   `json:"title"`            // what is explained, in a few words
	Steps  []Step   `json:"steps"`            // in the order in which they are done
	Answer []Fact   `json:"answer,omitempty"` // what came out
	Notes  []string `json:"notes,omitempty"`  // what else is good to know, a sentence each
}

// Step is one thing that is done.
type Step struct {
	Title string `json:"title"`           // what is done: "Combine PIN field and PAN field"
	Why   string `json:"why,omitempty"`   // what for, or by which rule, with its clause: a sentence or two
	Rows  []Row  `json:"rows,omitempty"`  // digits, one row below the other, so that they line up
	Facts []Fact `json:"facts,omitempty"` // what is not digits in a row
	Tree  *Node  `json:"tree,omitempty"`  // where something branches
}

// Row is a line of digits. Rows of one unit line up in their step.
type Row struct {
	Name  string `json:"name"`           // what it is: "PAN field"
	Op    Op     `json:"op,omitempty"`   // what is done with the rows above to have it
	With  string `json:"with,omitempty"` // what with, for people: "AES, PIN key"
	Unit  Unit   `json:"unit"`           // what a character of its parts is
	Parts []Part `json:"parts"`          // from left to right
}

// Part is some characters of a row that belong together.
type Part struct {
	Text string `json:"text"`
	Kind Kind   `json:"kind,omitempty"`
	Note string `json:"note,omitempty"` // what it says: "PIN length: 4 digits"
}

// Fact is something that has a name and a value.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Kind  Kind   `json:"kind,omitempty"`
	Note  string `json:"note,omitempty"` // what it means
}

// Node is a place in a tree, such as a key and the keys that are derived from it.
type Node struct {
	Name     string `json:"name"`
	Value    string `json:"value,omitempty"`
	Kind     Kind   `json:"kind,omitempty"`
	Note     string `json:"note,omitempty"`
	OnPath   bool   `json:"on_path,omitempty"` // it leads to the answer, or is it
	Children []Node `json:"children,omitempty"`
}

// Op is what is done with the rows above a row to have it.
type Op string

// The operations. The empty one begins anew: the row is given.
const (
	XOR        Op = "xor"        // exclusive-or of the two rows above, or of row above and With
	AND        Op = "and"        // bitwise and with With
	Encipher   Op = "encipher"   // of the row above, under With
	Decipher   Op = "decipher"   // of the row above, under With
	Take       Op = "take"       // some digits of the row above
	Decimalize Op = "decimalize" // of the row above, by With
	Add        Op = "add"        // digit by digit modulo 10, of the two rows above
	Subtract   Op = "subtract"   // digit by digit modulo 10, the row above from that above it
	Derive     Op = "derive"     // in a way that the step says
	Compare    Op = "compare"    // with the row above
)

// Unit is what one character of a row is.
type Unit string

// The units.
const (
	Hex    Unit = "hex"    // a nibble
	Digits Unit = "digits" // a decimal digit, or a point below one that is not taken
	Bits   Unit = "bits"
	Text   Unit = "text" // a character, as in a key block
)

// Kind is what a part is, by which it is coloured. The empty kind is nothing special.
type Kind string

// The kinds.
const (
	Control  Kind = "control"  // control nibble, format
	Length   Kind = "length"   // a length
	PIN      Kind = "pin"      // digits of the PIN
	Fill     Kind = "fill"     // fixed fill and padding
	Random   Kind = "random"   // random fill
	PAN      Kind = "pan"      // digits of the account number
	Mixed    Kind = "mixed"    // exclusive-or of several kinds
	Cipher   Kind = "cipher"   // enciphered
	Key      Kind = "key"      // key bytes
	Index    Kind = "index"    // PVKI, key version
	Sequence Kind = "sequence" // sequence numbers
	Taken    Kind = "taken"    // a digit that was chosen
	Skipped  Kind = "skipped"  // a digit that was passed over
	ID       Kind = "id"       // of a BDK or key set
	Device   Kind = "device"   // of a terminal
	Counter  Kind = "counter"  // transaction counter
	Header   Kind = "header"   // of a key block
	Optional Kind = "optional" // optional block
	MAC      Kind = "mac"      // authenticator
	Check    Kind = "check"    // check value, check digit
	Right    Kind = "right"    // it matches
	Wrong    Kind = "wrong"    // it is not as it must be
)

// Value returns a row's characters.
func (r Row) Value() string {
	var s string
	for _, p := range r.Parts {
		s += p.Text
	}
	return s
}
