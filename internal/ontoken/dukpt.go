package ontoken

import (
	"encoding/binary"
	"math/bits"

	"github.com/pinion-hsm/pinion/keys/dukpt"
)

const (
	// keyMask makes a second key of a key, for the left half of the next one,
	// X9.24-1:2009 A.2 and A.6. It is for both halves of a key.
	keyMask = 0xc0c0c0c000000000
	// pinVariant makes the PIN key of a transaction key, X9.24-1:2009 A.4.1. It is
	// for both halves.
	pinVariant = 0xff
	// counterBits is how many bits of a KSN are the counter.
	counterBits = 21
)

// PINKey derives the TDES key of the PIN block that came with ksn, of the base
// derivation key and its variant, [dukpt.BaseKeyVariant], which are keys of the
// token and never leave it. The key is the caller's to destroy; nothing else is
// left. Errors about the KSN are those of package dukpt, and [dukpt.ErrScheme] for
// that of AES DUKPT. Errors of the token are returned as they are.
//
// A KSN whose counter has n one bits takes 9n + 3 calls, and 7n + 2 that destroy.
//
// No key and no half of one is in this process. But tokens have no XOR of two
// secrets, and so at each step a ciphertext comes out and goes in again as a mask:
// the right half of the old key XOR a half of the new one. Whoever records that
// knows the left half XOR the right half of each key below the initial key, and the
// difference between any two of one terminal. Against them such a key is no
// stronger than single DES, and the terminal's keys fall together.
func PINKey(d Deriver, bdk, variant Object, ksn dukpt.KSN) (Key, error) {
	if ksn.IsAES() {
		return Key{}, dukpt.ErrScheme
	}
	if err := ksn.Check(); err != nil {
		return Key{}, err
	}
	w := &walk{d: d}
	w.init(d)
	defer w.close()
	if err := w.initial(bdk, variant, ksn); err != nil {
		return Key{}, err
	}
	// The register is the KSN's right 64 bits, the counter's bits set one by one.
	register := binary.BigEndian.Uint64(ksn.Bytes()[2:]) &^ (1<<counterBits - 1)
	for left := ksn.Counter(); left != 0; {
		bit := uint32(1) << (bits.Len32(left) - 1)
		left &^= bit
		register |= uint64(bit)
		variant := uint64(0)
		if left == 0 {
			variant = pinVariant
		}
		if err := w.child(register, variant); err != nil {
			return Key{}, err
		}
	}
	return d.PINKey(w.left, w.right)
}

// walk is the way down to one key: the halves of the one at hand, as secrets, since
// a DES key has its parity bits set by the token.
type walk struct {
	bin
	d           Deriver
	left, right Object
	in, out     [8]byte
}

func (w *walk) close() {
	w.release(0)
	clear(w.in[:])
	clear(w.out[:])
}

// initial makes the initial key, X9.24-1:2009 A.6. 2 calls.
func (w *walk) initial(bdk, variant Object, ksn dukpt.KSN) (err error) {
	w.in = ksn.InitialKeyID()
	if w.left, err = w.hold(w.d.EncryptData(bdk, w.in[:])); err != nil {
		return err
	}
	w.right, err = w.hold(w.d.EncryptData(variant, w.in[:]))
	return err
}

// child goes on to the key below, or to a variant of it: the non-reversible key
// generation process, X9.24-1:2009 A.2. 9 calls.
func (w *walk) child(register, variant uint64) error {
	right, err := w.half(w.left, register, 0, variant)
	if err != nil {
		return err
	}
	masked, err := w.xor(w.left, keyMask)
	if err != nil {
		return err
	}
	left, err := w.half(masked, register, keyMask, variant)
	if err != nil {
		return err
	}
	w.left, w.right = left, right
	w.only(left, right)
	return nil
}

// half makes one half of the next key: the right half combined with the register is
// enciphered under key, and combined with the right half again. The mask is for
// the right half in both places.
func (w *walk) half(key Object, register, mask, variant uint64) (Object, error) {
	k, err := w.d.DESKey(key)
	if err != nil {
		return 0, err
	}
	w.held = append(w.held, k.Object)
	o, err := w.xor(w.right, register^mask)
	if err != nil {
		return 0, err
	}
	if err := w.t.Wrap(k, o, w.out[:]); err != nil {
		return 0, err
	}
	return w.xor(w.right, binary.BigEndian.Uint64(w.out[:])^mask^variant)
}

// xor combines o, 8 bytes, with a mask.
func (w *walk) xor(o Object, mask uint64) (Object, error) {
	binary.BigEndian.PutUint64(w.in[:], mask)
	return w.hold(w.t.XOR(o, w.in[:]))
}
