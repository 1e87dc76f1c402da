package pinblock

import (
	"context"
	"encoding/binary"
	"sync"

	"github.com/pinion-hsm/pinion/internal/draw"
)

// Batch is blocks to be translated under one pair of keys, as sort.Interface is
// things to be sorted.
type Batch interface {
	// Len returns how many blocks there are.
	Len() int
	// Item returns a block, which is not changed, and its account.
	Item(i int) (block []byte, pan PAN)
	// Result takes the answer to Item(i): a new block, which is the batch's to
	// keep, or what was wrong with that one. It is called once for each, in order.
	Result(i int, block []byte, err error)
}

// mostAtOnce is how many blocks of a batch go to a key in one call: many are far
// cheaper than few where a call crosses a network or a driver, and after some
// thousands nothing more is gained.
const mostAtOnce = 4096

// TranslateAll is [Translate] for many blocks, with one call of each key for
// thousands of them (two for ISO-4). What is wrong with one block is that one's
// affair. The error returned is for what concerns them all, a format, a key, the
// device: then results that were given before are void.
func TranslateAll(ctx context.Context, b Batch, from Source, to Target) error {
	in, err := from.Format.layout()
	if err != nil {
		return err
	}
	out, err := to.Format.layout()
	if err != nil {
		return err
	}
	if from.Key.BlockSize() != in.size || to.Key.BlockSize() != out.size {
		return ErrKeySize
	}
	t := translators.Get().(*translator)
	defer translators.Put(t)
	for n := 0; n < b.Len(); n += mostAtOnce {
		t.batch, t.first, t.n = b, n, min(mostAtOnce, b.Len()-n)
		if err := t.translate(ctx, from, to, in, out); err != nil {
			return err
		}
	}
	return nil
}

// translator is the memory that a part of a batch is translated in. Clear blocks and
// PINs are in it, and are wiped when the part is done.
type translator struct {
	batch    Batch
	first, n int
	state    [mostAtOnce]state
	in       [16 * mostAtOnce]byte
	words    [512]byte // random words that are not used yet
	left     int       // bytes of them
}

// state is what is known of one block.
type state uint8

const (
	good state = iota
	badSize
	badPAN
	badBlock
)

var stateErrors = [...]error{nil, ErrBlockSize, ErrPANLength, ErrBlock}

var translators = sync.Pool{New: func() any { return new(translator) }}

// translate translates a part.
func (t *translator) translate(ctx context.Context, from Source, to Target, in, out *layout) error {
	buf := t.in[:t.n*in.size]
	defer func() {
		clear(buf)
		clear(t.words[:])
		t.batch, t.left = nil, 0
	}()
	t.collect(from.Format, to.Format, in, out)
	if err := t.decipher(ctx, from, in); err != nil {
		return err
	}
	blocks, err := t.recode(from.Format, to.Format, in, out)
	if err != nil {
		return err
	}
	if err := t.encipher(ctx, blocks, to, out); err != nil {
		clear(blocks)
		return err
	}
	for i := range t.n {
		if s := t.state[i]; s != good {
			t.batch.Result(t.first+i, nil, stateErrors[s])
			continue
		}
		t.batch.Result(t.first+i, blocks[:out.size:out.size], nil)
		blocks = blocks[out.size:]
	}
	return nil
}

// collect copies the blocks. One that cannot be translated keeps its place, so that
// the others stay where they are.
func (t *translator) collect(from, to Format, in, out *layout) {
	digits := max(in.minPANFor(from), out.minPANFor(to))
	for i := range t.n {
		block, pan := t.batch.Item(t.first + i)
		switch {
		case len(block) != in.size:
			t.state[i] = badSize
		case pan.Len() < digits:
			t.state[i] = badPAN
		default:
			t.state[i] = good
			copy(t.in[i*in.size:], block)
		}
	}
}

// decipher deciphers the blocks where they are.
func (t *translator) decipher(ctx context.Context, from Source, in *layout) error {
	buf := t.in[:t.n*in.size]
	err := from.Key.Decrypt(ctx, buf, buf)
	if err != nil || in.size == 8 {
		return err
	}
	for i := range t.n {
		if t.state[i] == good {
			_, pan := t.batch.Item(t.first + i)
			from.Format.xorPANField(buf[i*16:][:16], pan)
		}
	}
	return from.Key.Decrypt(ctx, buf, buf)
}

// recode takes the clear blocks apart and returns the new ones, those that are good
// and no others.
func (t *translator) recode(from, to Format, in, out *layout) ([]byte, error) {
	blocks := make([]byte, 0, t.n*out.size)
	for i := range t.n {
		if t.state[i] != good {
			continue
		}
		_, pan := t.batch.Item(t.first + i)
		off, err := in.mask(pan, nil)
		on := off
		if err == nil && out.bind != in.bind {
			on, err = out.mask(pan, nil)
		}
		if err != nil {
			return nil, err
		}
		digits, bad := in.take(from, binary.BigEndian.Uint64(t.in[i*in.size:])^off, nil)
		if bad != 0 {
			t.state[i] = badBlock
			continue
		}
		hi, lo, err := out.put(to, digits, nil, t.next)
		if err != nil {
			if learnt(err) == ErrBlock {
				t.state[i] = badBlock
				continue
			}
			clear(blocks)
			return nil, err
		}
		hi ^= on
		blocks = binary.BigEndian.AppendUint64(blocks, hi)
		if out.size == 16 {
			blocks = binary.BigEndian.AppendUint64(blocks, lo)
		}
	}
	return blocks, nil
}

// encipher enciphers the new blocks where they are.
func (t *translator) encipher(ctx context.Context, blocks []byte, to Target, out *layout) error {
	if len(blocks) == 0 {
		return nil
	}
	err := to.Key.Encrypt(ctx, blocks, blocks)
	if err != nil || out.size == 8 {
		return err
	}
	rest := blocks
	for i := range t.n {
		if t.state[i] == good {
			_, pan := t.batch.Item(t.first + i)
			to.Format.xorPANField(rest[:16], pan)
			rest = rest[16:]
		}
	}
	return to.Key.Encrypt(ctx, blocks, blocks)
}

// next is a source of random words that asks the system for several at once.
func (t *translator) next() (uint64, error) {
	if t.left == 0 {
		draw.Fill(t.words[:])
		t.left = len(t.words)
	}
	w := binary.BigEndian.Uint64(t.words[len(t.words)-t.left:])
	t.left -= 8
	return w, nil
}

// learnt hides an error that says something about a PIN that was deciphered.
func learnt(err error) error {
	if err == ErrPINLength || err == ErrPadInPIN {
		return ErrBlock
	}
	return err
}
