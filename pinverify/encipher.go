package pinverify

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"

	"github.com/pinion-hsm/pinion/pinblock"
)

// scratch holds the block of one encipherment: for a PVV it has PIN digits in it.
var scratch = sync.Pool{New: func() any { return new([8]byte) }}

var errNotTDES = fmt.Errorf("%w: want a TDES key", ErrKey)

// checkKey refuses what is not a key of 8-byte blocks: every method is TDES.
func checkKey(key pinblock.Encrypter) error {
	if key == nil || key.BlockSize() != 8 {
		return errNotTDES
	}
	return nil
}

// encipher returns block enciphered under key.
func encipher(ctx context.Context, key pinblock.Encrypter, block uint64) (uint64, error) {
	if err := checkKey(key); err != nil {
		return 0, err
	}
	s := scratch.Get().(*[8]byte)
	defer func() {
		clear(s[:])
		scratch.Put(s)
	}()
	binary.BigEndian.PutUint64(s[:], block)
	if err := key.Encrypt(ctx, s[:], s[:]); err != nil {
		return 0, err
	}
	return binary.BigEndian.Uint64(s[:]), nil
}
