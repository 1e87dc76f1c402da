package ontoken

// Bench is where one operation is done: one session's, by one goroutine. It keeps
// account of every object that it makes.
type Bench struct {
	bin
	m   *Marks
	in  [16]byte // a mask or constants on their way to the token
	out [32]byte // a ciphertext of the probe key
}

var zeros [16]byte

// New returns a bench for one operation. Whatever comes of it, it must be closed.
func New(t Token, m *Marks) *Bench {
	b := &Bench{m: m}
	b.init(t)
	return b
}

// Close destroys every object that was made and is still there. Fields that the
// bench opened are of no use any more.
func (b *Bench) Close() {
	b.release(0)
	clear(b.in[:]) // which had PAN digits
	clear(b.out[:])
}

// look returns the ciphertext of size bytes of o that begin at a bit, under the
// probe key. 3 calls.
func (b *Bench) look(o Object, bit, size int) ([]byte, error) {
	defer b.release(len(b.held))
	o, err := b.hold(b.t.Extract(o, bit, size))
	if err != nil {
		return nil, err
	}
	if o, err = b.hold(b.t.Append(o, zeros[:aes-size])); err != nil {
		return nil, err
	}
	return b.wrapProbe(o, aes)
}

// lookTwo returns the ciphertexts of two bytes of o that begin at a bit, each of
// its own: one is the last of 16 bytes and the other the first of the next. It is
// 4 calls, where look is 3 for each.
func (b *Bench) lookTwo(o Object, bit int) (last, first []byte, err error) {
	defer b.release(len(b.held))
	if o, err = b.hold(b.t.Extract(o, bit, 2)); err != nil {
		return nil, nil, err
	}
	if o, err = b.hold(b.t.Prepend(zeros[:aes-1], o)); err != nil {
		return nil, nil, err
	}
	if o, err = b.hold(b.t.Append(o, zeros[:aes-1])); err != nil {
		return nil, nil, err
	}
	both, err := b.wrapProbe(o, 2*aes)
	if err != nil {
		return nil, nil, err
	}
	return both[:aes], both[aes:], nil
}

// lookOdd returns the ciphertext of what is right of a bit in o, 8 bytes, with one
// nibble more. Half a byte cannot be cut out, so the end is put on first. 3 calls.
func (b *Bench) lookOdd(o Object, bit int, nibble uint64) ([]byte, error) {
	defer b.release(len(b.held))
	clear(b.in[:])
	b.in[0] = byte(nibble << 4)
	size := (bit+7)/8 + aes - 8 // as much as fills 16 bytes from that bit on
	o, err := b.hold(b.t.Append(o, b.in[:size]))
	if err != nil {
		return nil, err
	}
	if o, err = b.hold(b.t.Extract(o, bit, aes)); err != nil {
		return nil, err
	}
	return b.wrapProbe(o, aes)
}

func (b *Bench) wrapProbe(o Object, size int) ([]byte, error) {
	if err := b.t.Wrap(b.m.probe, o, b.out[:size]); err != nil {
		return nil, err
	}
	return b.out[:size], nil
}

// xor combines o, 8 bytes, with a mask.
func (b *Bench) xor(o Object, mask uint64) (Object, error) {
	return b.hold(b.t.XOR(o, b.word(mask)))
}
