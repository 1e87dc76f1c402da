package pinblock_test

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/pinblock"
)

func mustPIN(t testing.TB, s string) pinblock.PIN {
	t.Helper()
	p, err := pinblock.ParsePIN(s)
	require.NoError(t, err)
	return p
}

func mustPAN(t testing.TB, s string) pinblock.PAN {
	t.Helper()
	p, err := pinblock.ParsePAN(s)
	require.NoError(t, err)
	return p
}

func mustHex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	require.NoError(t, err)
	return b
}

// identity is a key that enciphers nothing. It exists in tests alone.
type identity int

func (k identity) BlockSize() int { return int(k) }
func (k identity) Encrypt(_ context.Context, dst, src []byte) error {
	copy(dst, src)
	return nil
}
func (k identity) Decrypt(_ context.Context, dst, src []byte) error {
	copy(dst, src)
	return nil
}

// block is a key of the standard library, so that this package's tests need
// none of this module's.
type block struct{ c cipher.Block }

func tdes(t testing.TB, key string) block {
	b := mustHex(t, key)
	if len(b) == 16 {
		b = append(b, b[:8]...)
	}
	c, err := des.NewTripleDESCipher(b)
	require.NoError(t, err)
	return block{c}
}

func aesKey(t testing.TB, key string) block {
	c, err := aes.NewCipher(mustHex(t, key))
	require.NoError(t, err)
	return block{c}
}

func (k block) BlockSize() int { return k.c.BlockSize() }
func (k block) Encrypt(_ context.Context, dst, src []byte) error {
	for n := k.c.BlockSize(); len(src) > 0; dst, src = dst[n:], src[n:] {
		k.c.Encrypt(dst, src)
	}
	return nil
}
func (k block) Decrypt(_ context.Context, dst, src []byte) error {
	for n := k.c.BlockSize(); len(src) > 0; dst, src = dst[n:], src[n:] {
		k.c.Decrypt(dst, src)
	}
	return nil
}

var errBroken = errors.New("the device is on fire")

// broken is a key whose device fails after some calls.
type broken struct {
	block
	calls *int
}

func (k broken) Encrypt(ctx context.Context, dst, src []byte) error {
	if *k.calls--; *k.calls < 0 {
		return errBroken
	}
	return k.block.Encrypt(ctx, dst, src)
}
func (k broken) Decrypt(ctx context.Context, dst, src []byte) error {
	if *k.calls--; *k.calls < 0 {
		return errBroken
	}
	return k.block.Decrypt(ctx, dst, src)
}
