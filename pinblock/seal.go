package pinblock

import (
	"context"
	"encoding/binary"
	"sync"

	"github.com/pinion-hsm/pinion/internal/fault"
	"github.com/pinion-hsm/pinion/internal/veil"
)

// Encrypter is a PIN key that can encipher. The key may be in memory or in an
// HSM; nothing here sees its bytes.
type Encrypter interface {
	// BlockSize returns the cipher's block size in bytes: 8 for TDES, 16 for AES.
	BlockSize() int

	// Encrypt enciphers each block of src into dst on its own (ECB). The length
	// of src is a multiple of the block size, dst is as long, and the two are
	// the same slice or do not overlap. On error dst holds nothing of src.
	Encrypt(ctx context.Context, dst, src []byte) error
}

// Decrypter is a PIN key that can decipher.
type Decrypter interface {
	// BlockSize returns the cipher's block size in bytes: 8 for TDES, 16 for AES.
	BlockSize() int

	// Decrypt deciphers each block of src into dst on its own (ECB), as
	// [Encrypter] says of Encrypt.
	Decrypt(ctx context.Context, dst, src []byte) error
}

// Seal encodes pin for pan in format f, enciphers the block under key, and
// appends it to dst, as cipher.AEAD's Seal does: dst may be nil. Random fill is
// drawn from crypto/rand. The bytes behind dst hold the clear block for the time
// of the encipherment and are wiped if it fails.
//
// For formats that bind no PAN, pan may be the zero PAN. Errors are those about the
// format and its settings ([ErrFormat], [ErrPad], [ErrAmbiguous]), [ErrKeySize],
// [ErrPANLength], [ErrPIN] for the zero PIN, [ErrPINLength], [ErrPadInPIN],
// [ErrCardKey], and the key's own.
func Seal(ctx context.Context, dst []byte, key Encrypter, f Format, pin PIN, pan PAN) ([]byte, error) {
	return seal(ctx, dst, key, f, pin, pan, nil)
}

// Open deciphers block under key and returns the PIN in it. Anything learnt by
// deciphering, a wrong key or PAN included, is [ErrBlock]. Other errors are those about
// the format and its settings, [ErrKeySize], [ErrBlockSize], [ErrPANLength],
// [ErrCardKey], and the key's own.
func Open(ctx context.Context, key Decrypter, f Format, block []byte, pan PAN) (PIN, error) {
	pin, bad, err := open(ctx, key, f, block, pan, nil)
	if err != nil {
		return PIN{}, err
	}
	if bad != 0 {
		return PIN{}, ErrBlock
	}
	return pin, nil
}

// Source is where a translation takes its block from.
type Source struct {
	Key    Decrypter
	Format Format
}

// Target is what a translation makes its block for.
type Target struct {
	Key    Encrypter
	Format Format
}

// Translate opens block, and seals the PIN in it for another key and, if asked,
// in another format, appending to dst. The account number is the same on both
// sides: there is no way to ask for another. A PIN that does not fit the
// outgoing format is [ErrBlock], never cut.
//
// Which formats may become which is a policy, and policies are the package
// hsm's: here every pair is possible.
func Translate(ctx context.Context, dst, block []byte, pan PAN, from Source, to Target) ([]byte, error) {
	l, err := to.Format.layout()
	if err != nil {
		return nil, err
	}
	if !l.takes(to.Format, pan) {
		return nil, ErrPANLength
	}
	if to.Key.BlockSize() != l.size {
		return nil, ErrKeySize
	}
	pin, err := Open(ctx, from.Key, from.Format, block, pan)
	if err != nil {
		return nil, err
	}
	dst, err = Seal(ctx, dst, to.Key, to.Format, pin, pan)
	return dst, learnt(err)
}

func seal(ctx context.Context, dst []byte, key Encrypter, f Format, pin PIN, pan PAN, x *veil.Extras) ([]byte, error) {
	l, err := f.layout()
	if err != nil {
		return nil, err
	}
	if key.BlockSize() != l.size {
		return nil, ErrKeySize
	}
	if !l.takes(f, pan) {
		return nil, ErrPANLength
	}
	hi, lo, err := l.encode(f, pin, pan, x)
	if err != nil {
		return nil, err
	}
	dst = binary.BigEndian.AppendUint64(dst, hi)
	if l.size == 8 {
		block := dst[len(dst)-8:]
		if err := key.Encrypt(ctx, block, block); err != nil {
			clear(block)
			return nil, err
		}
		return dst, nil
	}
	dst = binary.BigEndian.AppendUint64(dst, lo)
	block := dst[len(dst)-16:]
	err = key.Encrypt(ctx, block, block)
	if err == nil {
		f.xorPANField(block, pan)
		err = key.Encrypt(ctx, block, block)
	}
	if err != nil {
		clear(block)
		return nil, err
	}
	return dst, nil
}

// scratch holds clear blocks for the time of one Open, so that it needs no heap.
var scratch = sync.Pool{New: func() any { return new([16]byte) }}

func open(ctx context.Context, key Decrypter, f Format, block []byte, pan PAN, x *veil.Extras) (PIN, fault.Set, error) {
	l, err := f.layout()
	if err != nil {
		return PIN{}, 0, err
	}
	if key.BlockSize() != l.size {
		return PIN{}, 0, ErrKeySize
	}
	if len(block) != l.size {
		return PIN{}, 0, ErrBlockSize
	}
	if !l.takes(f, pan) {
		return PIN{}, 0, ErrPANLength
	}
	s := scratch.Get().(*[16]byte)
	defer func() {
		clear(s[:])
		scratch.Put(s)
	}()
	b := s[:l.size]
	if err := key.Decrypt(ctx, b, block); err != nil {
		return PIN{}, 0, err
	}
	if l.size == 16 {
		f.xorPANField(b, pan)
		if err := key.Decrypt(ctx, b, b); err != nil {
			return PIN{}, 0, err
		}
	}
	return l.decode(f, binary.BigEndian.Uint64(b), pan, x)
}
