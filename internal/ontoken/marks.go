package ontoken

import (
	"bytes"
	"errors"

	"github.com/pinion-hsm/pinion/pinblock"
)

const (
	aes    = 16 // bytes of a block under the probe key
	minPIN = pinblock.MinPINLength
	maxPIN = pinblock.MaxPINLength

	lengths = maxPIN - minPIN + 1
	fills   = (14 - minPIN) / 2 // bytes of the longest fill
	pairs   = 6 * 6

	// Where the tables of Marks begin.
	controlTable = 0
	fixedTable   = controlTable + len(layouts)*lengths
	firstTable   = fixedTable + 2*fills
	lastTable    = firstTable + pairs
	marks        = lastTable + pairs
)

// chunk is how many bytes are made one object for the tables. Secrets of 64 bytes
// are keys of HMAC, which every token has.
const chunk = 64

var (
	errProbe = errors.New("ontoken: the probe key must be AES, with blocks of 16 bytes")
	errMarks = errors.New("ontoken: the token wraps different values alike")
)

// Marks are the ciphertexts by which a good block is known, under a probe key: an
// AES key that the token drew and that can only wrap. They are of public values,
// each padded with zeros to 16 bytes:
//
//   - the control bytes of the four formats, for 4 to 12 digits;
//   - fill of F and of A, 1 to 5 bytes;
//   - two fill nibbles A to F, at the beginning and at the end of the 16 bytes.
//
// Marks are made once for a link to the token, and do not change: its sessions
// share them.
type Marks struct {
	probe Key
	table [marks * aes]byte
}

// NewMarks makes the marks of a probe key. It takes 90 calls of the token, a third
// of which destroy what the others made.
func NewMarks(t Token, probe Key) (*Marks, error) {
	if probe.BlockSize != aes {
		return nil, errProbe
	}
	m := &Marks{probe: probe}
	m.lay()
	for left := m.table[:]; len(left) > 0; {
		part := left[:min(chunk, len(left))]
		if err := m.encipher(t, part); err != nil {
			return nil, err
		}
		left = left[len(part):]
	}
	if m.alike() {
		return nil, errMarks
	}
	return m, nil
}

// lay fills the tables with the values themselves.
func (m *Marks) lay() {
	for i, l := range layouts {
		for n := minPIN; n <= maxPIN; n++ {
			m.at(controlTable + i*lengths + n - minPIN)[0] = byte(l.control<<4) | byte(n)
		}
	}
	for i, b := range []byte{0xff, 0xaa} {
		for n := 1; n <= fills; n++ {
			copy(m.at(fixedTable+i*fills+n-1), bytes.Repeat([]byte{b}, n))
		}
	}
	for i := range pairs {
		m.at(firstTable + i)[0] = pair(i)
		m.at(lastTable + i)[aes-1] = pair(i)
	}
}

// pair returns the two nibbles, A to F, of an entry in the last two tables.
func pair(i int) byte { return 0xaa + byte(i/6)<<4 + byte(i%6) }

func (m *Marks) encipher(t Token, part []byte) error {
	o, err := t.Create(part)
	if err != nil {
		return err
	}
	defer t.Destroy(o)
	return t.Wrap(m.probe, o, part)
}

// alike reports whether two values have one mark: on such a token anything would
// pass. One byte of fixed fill, FF or AA, is also a pair at the beginning.
func (m *Marks) alike() bool {
	seen := make(map[[aes]byte]bool, marks)
	for i := range marks {
		seen[[aes]byte(m.at(i))] = true
	}
	return len(seen) != marks-2
}

// at returns mark i.
func (m *Marks) at(i int) []byte { return m.table[i*aes : (i+1)*aes] }

// find returns which of the n marks from a place on is the ciphertext.
func (m *Marks) find(ciphertext []byte, from, n int) (int, bool) {
	for i := range n {
		if bytes.Equal(m.at(from+i), ciphertext) {
			return i, true
		}
	}
	return 0, false
}

// length returns the number of digits that a control byte of a format tells.
func (m *Marks) length(ciphertext []byte, row int) (int, bool) {
	i, ok := m.find(ciphertext, controlTable+row*lengths, lengths)
	return minPIN + i, ok
}

// fixed reports whether the ciphertext is that of size bytes of fixed fill.
func (m *Marks) fixed(ciphertext []byte, digit uint64, size int) bool {
	place := fixedTable + size - 1
	if digit == 0xa {
		place += fills
	}
	_, ok := m.find(ciphertext, place, 1)
	return ok
}

// pair returns the two fill nibbles, A to F, at the beginning of the 16 bytes or at
// their end, whichever the table is of.
func (m *Marks) pair(ciphertext []byte, table int) (byte, bool) {
	i, ok := m.find(ciphertext, table, pairs)
	return pair(i), ok
}
