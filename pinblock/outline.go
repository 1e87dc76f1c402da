package pinblock

// Role is what a nibble of a PIN field is for.
type Role uint8

// The roles.
const (
	RoleControl  Role = 1 + iota // says which format it is
	RoleLength                   // how many digits the PIN has
	RolePIN                      // a digit of the PIN
	RoleFill                     // fixed by the format or its pad digit
	RoleRandom                   // drawn when the block is made
	RoleSequence                 // of a sequence number
)

// Nibble is what a format says of one nibble of its PIN field. It holds nothing of
// the nibble itself.
type Nibble struct {
	Role    Role
	Allowed uint16 // bit v is set where v may stand there
}

// The sets of nibbles that formats allow.
const (
	anyNibble uint16 = 0xffff
	decimals  uint16 = 0x03ff
	letters   uint16 = 0xfc00 // A to F
)

// only is the set of one nibble.
func only(v uint64) uint16 { return 1 << (v & 0xf) }

// allowed is the set of the alphabet.
func (a alphabet) allowed() uint16 {
	switch a {
	case afFill:
		return letters
	case decFill:
		return decimals
	}
	return anyNibble
}

// lengths is the set of what a length nibble of the format may be.
func (f Format) lengths() uint16 { return uint16(layouts[f&layoutBits].lengths) }

// outline is what is said of the nibbles of a field, from the left. It is the second
// description that a field has of itself: for people who look at a block, where
// encode and decode are for speed and constant time. A test holds them together.
type outline []Nibble

// add adds n nibbles, none if n is negative.
func (s outline) add(n int, r Role, allowed uint16) outline {
	for range n {
		s = append(s, Nibble{r, allowed})
	}
	return s
}

// outline returns the outline of a whole PIN field, whose left half is w.
func (l *layout) outline(f Format, w uint64) outline {
	s := l.field.outline(f, w)
	if l.size == 16 {
		s = s.add(16, RoleRandom, anyNibble)
	}
	return s
}
