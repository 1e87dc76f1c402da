package pinblock

import (
	"context"
	"encoding/binary"
)

// Item is one block of a batch: what comes in, and what comes out in its place.
type Item struct {
	Block []byte
	PAN   PAN
	Err   error
}

// TranslateAll is [Translate] for many blocks under one pair of keys, with one
// call of each key for them all (two for ISO-4): far cheaper where a call
// crosses a network or a driver. Each item's Block is replaced by the new one, or
// set to nil and its Err set. The error returned is for what concerns every
// block: a format, a key, the device; then no item was changed.
func TranslateAll(ctx context.Context, items []Item, from Source, to Target) error {
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
	pins, errs, err := openAll(ctx, items, from, in, func(pan PAN) bool { return in.takes(from.Format, pan) && out.takes(to.Format, pan) })
	if err != nil {
		return err
	}
	blocks, err := sealAll(ctx, items, pins, errs, to, out)
	if err != nil {
		return err
	}
	for i := range items {
		items[i].Block, items[i].Err = nil, errs[i]
		if errs[i] == nil {
			items[i].Block, blocks = blocks[:out.size:out.size], blocks[out.size:]
		}
	}
	return nil
}

// openAll opens every block. A block of the wrong length keeps its place, so
// that the others stay where they are.
func openAll(ctx context.Context, items []Item, from Source, l *layout, takes func(PAN) bool) ([]PIN, []error, error) {
	pins, errs := make([]PIN, len(items)), make([]error, len(items))
	buf := make([]byte, len(items)*l.size)
	defer clear(buf)
	at := func(i int) []byte { return buf[i*l.size:][:l.size] }
	for i, it := range items {
		switch {
		case len(it.Block) != l.size:
			errs[i] = ErrBlockSize
		case !takes(it.PAN):
			errs[i] = ErrPANLength
		default:
			copy(at(i), it.Block)
		}
	}
	if len(buf) == 0 {
		return pins, errs, nil
	}
	if err := from.Key.Decrypt(ctx, buf, buf); err != nil {
		return nil, nil, err
	}
	if l.size == 16 {
		for i, it := range items {
			if errs[i] == nil {
				from.Format.xorPANField(at(i), it.PAN)
			}
		}
		if err := from.Key.Decrypt(ctx, buf, buf); err != nil {
			return nil, nil, err
		}
	}
	for i, it := range items {
		if errs[i] != nil {
			continue
		}
		pin, bad, err := l.decode(from.Format, binary.BigEndian.Uint64(at(i)), it.PAN, nil)
		if err == nil && bad != 0 {
			err = ErrBlock
		}
		pins[i], errs[i] = pin, err
	}
	return pins, errs, nil
}

// sealAll seals the PINs of the items without an error, one after the other.
func sealAll(ctx context.Context, items []Item, pins []PIN, errs []error, to Target, l *layout) ([]byte, error) {
	buf := make([]byte, 0, len(items)*l.size)
	var pans []PAN
	for i, it := range items {
		if errs[i] != nil {
			continue
		}
		hi, lo, err := l.encode(to.Format, pins[i], it.PAN, nil)
		if err != nil {
			errs[i] = learnt(err)
			continue
		}
		buf = binary.BigEndian.AppendUint64(buf, hi)
		if l.size == 16 {
			buf = binary.BigEndian.AppendUint64(buf, lo)
			pans = append(pans, it.PAN)
		}
	}
	if len(buf) == 0 {
		return nil, nil
	}
	err := to.Key.Encrypt(ctx, buf, buf)
	if err == nil && l.size == 16 {
		for i, pan := range pans {
			to.Format.xorPANField(buf[16*i:], pan)
		}
		err = to.Key.Encrypt(ctx, buf, buf)
	}
	if err != nil {
		clear(buf)
		return nil, err
	}
	return buf, nil
}

// learnt hides an error that says something about a PIN that was deciphered.
func learnt(err error) error {
	if err == ErrPINLength || err == ErrPadInPIN {
		return ErrBlock
	}
	return err
}
