package ontoken

import (
	"crypto/subtle"
	"encoding/binary"

	"github.com/pinion-hsm/pinion/internal/veil"
	"github.com/pinion-hsm/pinion/pinblock"
)

// Open unwraps a block and checks it, as [pinblock.Open] does but for digits above
// 9, which are not seen. Errors about the input are those of package pinblock, and
// anything learnt of the block is [pinblock.ErrBlock]. For a format that is not
// done on a token the error wraps errors.ErrUnsupported. Errors of the token are
// returned as they are.
//
// Whatever is wrong with a block, the same calls are made as for a good one, of 4
// digits where the length is not known: how long an answer takes does not tell
// what was wrong.
func (b *Bench) Open(f pinblock.Format, key Key, block []byte, pan pinblock.PAN) (Field, error) {
	row, err := check(f, key, pan)
	if err != nil {
		return Field{}, err
	}
	if len(block) != f.BlockSize() {
		return Field{}, pinblock.ErrBlockSize
	}
	x := Field{row: row, pan: layouts[row].panMask(pan)}
	if x.block, err = b.unwrap(f, key, block, pan); err != nil {
		return Field{}, err
	}
	control, err := b.look(x.block, 0, 1) // no PAN digit is combined with it
	if err != nil {
		return Field{}, err
	}
	n, good := b.m.length(control, row)
	x.n = n // 4 if it was not found
	if x.plain = x.block; x.pan != 0 {
		if x.plain, err = b.xor(x.block, x.pan); err != nil {
			return Field{}, err
		}
	}
	filled, err := b.checkFill(&x)
	if err != nil {
		return Field{}, err
	}
	if !good || !filled {
		return Field{}, pinblock.ErrBlock
	}
	return x, nil
}

// unwrap takes the block apart into a secret. The outer layer of ISO-4 is
// deciphered here: what is under it is combined with the PAN field, which is
// public, and is itself ciphertext, ISO 9564-1:2017 9.4.4.
func (b *Bench) unwrap(f pinblock.Format, key Key, block []byte, pan pinblock.PAN) (Object, error) {
	if len(block) != 16 {
		return b.hold(b.t.Unwrap(key, block))
	}
	inner := b.in[:]
	if err := b.t.Decipher(key, inner, block); err != nil {
		return 0, err
	}
	if err := xorPANField(inner, f, pan); err != nil {
		return 0, err
	}
	return b.hold(b.t.Unwrap(key, inner))
}

// xorPANField combines 16 bytes with the PAN field of ISO-4.
func xorPANField(block []byte, f pinblock.Format, pan pinblock.PAN) error {
	v, err := pinblock.VeiledPANField(f, pan)
	if err != nil {
		return err
	}
	hi, lo, _ := veil.RevealBlock(v)
	var field [16]byte
	binary.BigEndian.PutUint64(field[:], hi)
	binary.BigEndian.PutUint64(field[8:], lo)
	subtle.XORBytes(block, block, field[:])
	return nil
}
