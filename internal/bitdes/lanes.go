package bitdes

import (
	"crypto/fips140"
	"encoding/binary"
	"unsafe"
)

// EncryptLanes enciphers each block of 8 bytes of src into dst with the TDES key
// of the same number in keys: keys of 16 bytes, of which the first 8 are also the
// third part, or of 24. dst and src are as for [Cipher.EncryptBlocks]; it is
// [ErrSize] if there are not as many keys as blocks.
func EncryptLanes[Key [16]byte | [24]byte](dst, src []byte, keys []Key) error {
	return cryptLanes(widest, dst, src, keys, forward)
}

// DecryptLanes is the inverse of EncryptLanes.
func DecryptLanes[Key [16]byte | [24]byte](dst, src []byte, keys []Key) error {
	return cryptLanes(widest, dst, src, keys, backward)
}

func cryptLanes[Key [16]byte | [24]byte](widest engine, dst, src []byte, keys []Key, d direction) error {
	if fips140.Enforced() {
		return ErrFIPS
	}
	if err := checkData(dst, src); err != nil {
		return err
	}
	if len(keys) != len(src)/blockSize {
		return ErrSize
	}
	s := getScratch()
	defer s.release(true)
	for len(keys) > 0 {
		e := widest.fit(len(keys))
		n := min(len(keys), e.lanes())
		setKeys(s, e, keys[:n])
		s.batch(e, dst[:n*blockSize], src[:n*blockSize], &s.keys, d)
		dst, src, keys = dst[n*blockSize:], src[n*blockSize:], keys[n:]
	}
	return nil
}

// setKeys transposes the keys of one batch, part by part.
func setKeys[Key [16]byte | [24]byte](s *scratch, e engine, keys []Key) {
	size := len(keys[0])
	flat := unsafe.Slice((*byte)(unsafe.Pointer(&keys[0])), len(keys)*size) // arrays of bytes have no gaps
	for part := range size / blockSize {
		for i := range keys {
			word := binary.NativeEndian.Uint64(flat[i*size+part*blockSize:])
			binary.NativeEndian.PutUint64(s.part[i*blockSize:], word)
		}
		e.slice(&s.keys, part, &s.part)
	}
	if size == 16 {
		e.third(&s.keys)
	}
}
