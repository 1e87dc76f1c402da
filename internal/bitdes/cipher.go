package bitdes

import (
	"crypto/fips140"
	"runtime"
)

// blockSize is the size of a block in bytes.
const blockSize = 8

// Cipher is TDES in ECB mode under one key. It is safe for concurrent use, but
// for Wipe. The key stands behind a func, of which fmt and reflect show nothing.
type Cipher struct{ box func() *box }

// box is what the cleanup watches: when no Cipher refers to it any more, the
// table it points to is wiped.
type box struct{ table *keyTable }

// New returns the cipher of key, 16 bytes (the first 8 are also the third part)
// or 24 bytes; other lengths are [ErrKeySize]. Parity bits are ignored. The caller
// still owns key, and should clear it.
func New(key []byte) (*Cipher, error) {
	if fips140.Enforced() {
		return nil, ErrFIPS
	}
	var k [24]byte
	defer clear(k[:])
	switch len(key) {
	case 16:
		copy(k[:16], key)
		copy(k[16:], key[:8])
	case 24:
		copy(k[:], key)
	default:
		return nil, ErrKeySize
	}
	b := &box{table: new(keyTable)}
	b.table.broadcast(&k)
	runtime.AddCleanup(b, func(t *keyTable) { *t = keyTable{} }, b.table)
	return &Cipher{func() *box { return b }}, nil
}

// EncryptBlocks enciphers each block of 8 bytes of src into dst, which is as long
// and either the same or elsewhere: else [ErrSize] or [ErrOverlap].
func (c *Cipher) EncryptBlocks(dst, src []byte) error {
	return c.crypt(widest, dst, src, forward)
}

// DecryptBlocks is the inverse of EncryptBlocks.
func (c *Cipher) DecryptBlocks(dst, src []byte) error {
	return c.crypt(widest, dst, src, backward)
}

// crypt uses engines up to widest.
func (c *Cipher) crypt(widest engine, dst, src []byte, d direction) error {
	if err := checkData(dst, src); err != nil {
		return err
	}
	if c == nil || c.box == nil || c.box().table == nil {
		return ErrWiped
	}
	b := c.box()
	defer runtime.KeepAlive(b)
	s := getScratch()
	defer s.release(false)
	for len(src) > 0 {
		e := widest.fit(len(src) / blockSize)
		n := min(len(src), e.lanes()*blockSize)
		s.batch(e, dst[:n], src[:n], b.table, d)
		dst, src = dst[n:], src[n:]
	}
	return nil
}

// Wipe clears the key. The Cipher is of no use afterwards: it returns [ErrWiped].
// No other method may be running.
func (c *Cipher) Wipe() {
	if c == nil || c.box == nil {
		return
	}
	if b := c.box(); b.table != nil {
		*b.table = keyTable{}
		b.table = nil
	}
}
