package pinblock

import (
	"context"
	"sync"
)

// part is as much of a column as goes to a key at once.
type part struct {
	blocks []byte
	pans   []PAN
	made   []byte // where the new blocks go
}

// translator is what a part of a column is translated with.
type translator struct {
	recoder
	source Source
	target Target
	buf    [16 * mostAtOnce]byte // clear blocks, where the new ones are of another size
	random supply
	next   words // of random: it is kept because making it costs an allocation
}

var translators = sync.Pool{New: func() any {
	t := new(translator)
	t.next = t.random.next
	return t
}}

// release lets another call have t, but not the keys.
func (t *translator) release() {
	t.source, t.target = Source{}, Target{}
	translators.Put(t)
}

// translate translates a part and appends its faults, counted from first. Clear blocks
// are in p.made until they are enciphered, and wiped if they never are.
func (t *translator) translate(ctx context.Context, p part, first int, faults []Fault) ([]Fault, error) {
	plain := p.made
	if t.in.size != t.out.size {
		plain = t.buf[:len(p.blocks)]
		defer clear(plain)
	}
	defer t.random.wipe()
	whole := false
	defer func() {
		if !whole { // also where a key panics
			clear(p.made)
		}
	}()
	before := len(faults)
	err := t.decipher(ctx, plain, p)
	if err == nil {
		faults, err = t.recode(p.made, plain, p.pans, t.next, first, faults)
	}
	if err == nil {
		err = t.encipher(ctx, p, faults[before:], first)
	}
	if err != nil {
		return nil, err
	}
	whole = true
	return faults, nil
}

// decipher deciphers the blocks of p into plain.
func (t *translator) decipher(ctx context.Context, plain []byte, p part) error {
	err := t.source.Key.Decrypt(ctx, plain, p.blocks)
	if err != nil || t.in.size == 8 {
		return err
	}
	t.source.Format.xorPANFields(plain, p.pans)
	return t.source.Key.Decrypt(ctx, plain, plain)
}

// encipher enciphers the new blocks of p where they are, but not the bad ones, of which
// nothing is left.
func (t *translator) encipher(ctx context.Context, p part, bad []Fault, first int) error {
	err := t.pass(ctx, p.made, bad, first)
	if err != nil || t.out.size == 8 {
		return err
	}
	t.target.Format.xorPANFields(p.made, p.pans)
	return t.pass(ctx, p.made, bad, first)
}

// pass is one encipherment of the good blocks.
func (t *translator) pass(ctx context.Context, blocks []byte, bad []Fault, first int) error {
	good := squeeze(blocks, t.out.size, bad, first)
	if len(good) > 0 {
		if err := t.target.Key.Encrypt(ctx, good, good); err != nil {
			return err
		}
	}
	spread(blocks, t.out.size, bad, first)
	return nil
}

// xorPANFields combines blocks of 16 bytes with the PAN fields of their accounts.
func (f Format) xorPANFields(blocks []byte, pans []PAN) {
	for i, pan := range pans {
		f.xorPANField(blocks[16*i:][:16], pan)
	}
}
