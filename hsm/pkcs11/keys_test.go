//go:build cgo

package pkcs11_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/softhsm"
)

var algorithms = []keys.Algorithm{keys.TDES2, keys.TDES3, keys.AES128, keys.AES192, keys.AES256}

// A key on the token enciphers as the same key in software does.
func TestImportedKeyIsTheSame(t *testing.T) {
	t.Parallel()
	d, _ := fresh(t)
	for _, a := range algorithms {
		k := soft(t, a, keys.UsagePIN)
		info := load(t, d, a.String(), k)
		require.Equal(t, hsm.KeyInfo{Label: a.String(), Algorithm: a, Usage: keys.UsagePIN, KCV: k.KCV()}, info)
		c := find(t, d, a.String())
		require.Equal(t, info, *c.Info())
		require.Equal(t, a.BlockSize(), c.BlockSize())

		src := make([]byte, 5*a.BlockSize())
		for i := range src {
			src[i] = byte(i)
		}
		want, got := make([]byte, len(src)), make([]byte, len(src))
		require.NoError(t, k.Encrypt(t.Context(), want, src))
		require.NoError(t, c.Encrypt(t.Context(), got, src))
		require.Equal(t, want, got)
		require.NoError(t, c.Decrypt(t.Context(), got, got), "in place")
		require.Equal(t, src, got)
	}
}

// Ephemeral keys are seen by every session, and gone with the device.
func TestEphemeralKeys(t *testing.T) {
	t.Parallel()
	token := softhsm.New(t)
	d, err := pkcs11.Open(t.Context(), token.Config())
	require.NoError(t, err)
	k := zpk(t)
	info, err := d.ImportKey(t.Context(), hsm.KeySpec{Label: "zpk", Algorithm: keys.TDES2, Usage: keys.UsagePIN, Ephemeral: true}, k)
	require.NoError(t, err)
	require.True(t, info.Ephemeral)
	made, err := d.GenerateKey(t.Context(), hsm.KeySpec{Label: "generated", Algorithm: keys.AES128, Usage: keys.UsagePIN, Ephemeral: true})
	require.NoError(t, err)
	require.Equal(t, made, *find(t, d, "generated").Info())
	require.Equal(t, info, *find(t, d, "zpk").Info())
	require.NoError(t, works(t.Context(), find(t, d, "zpk")))
	list, err := d.ListKeys(t.Context())
	require.NoError(t, err)
	require.Equal(t, []hsm.KeyInfo{made, info}, list)
	require.NoError(t, d.Close())

	list, err = open(t, token.Config()).ListKeys(t.Context())
	require.NoError(t, err)
	require.Empty(t, list)
}

func TestListAndDelete(t *testing.T) {
	t.Parallel()
	d, _ := fresh(t)
	var want []hsm.KeyInfo
	for i := range 100 { // more than one call of C_FindObjects gives
		want = append(want, generate(t, d, fmt.Sprintf("key-%02d", i), keys.AES128, keys.UsageData))
	}
	list, err := d.ListKeys(t.Context())
	require.NoError(t, err)
	require.Equal(t, want, list)

	k := find(t, d, "key-50")
	require.NoError(t, d.DeleteKey(t.Context(), "key-50"))
	require.ErrorIs(t, d.DeleteKey(t.Context(), "key-50"), hsm.ErrKeyNotFound)
	require.ErrorIs(t, k.Encrypt(t.Context(), make([]byte, 16), make([]byte, 16)), hsm.ErrKeyNotFound)
	_, err = d.FindKey(t.Context(), "key-50")
	require.ErrorIs(t, err, hsm.ErrKeyNotFound)
	require.ErrorContains(t, err, "key-50")
	list, err = d.ListKeys(t.Context())
	require.NoError(t, err)
	require.Len(t, list, 99)
}

// Input that is not whole blocks does not reach the token; what failed leaves
// nothing in the output.
func TestCipherContract(t *testing.T) {
	t.Parallel()
	d, _ := fresh(t)
	load(t, d, "zpk", zpk(t))
	k := find(t, d, "zpk")
	for _, n := range []int{0, 1, 7, 9} {
		require.ErrorIs(t, k.Encrypt(t.Context(), make([]byte, n), make([]byte, n)), pinblock.ErrBlockSize)
		require.ErrorIs(t, k.Decrypt(t.Context(), make([]byte, n), make([]byte, n)), pinblock.ErrBlockSize)
	}
	require.ErrorIs(t, k.Encrypt(t.Context(), make([]byte, 8), make([]byte, 16)), pinblock.ErrBlockSize)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	block := []byte("cleartxt")
	require.ErrorIs(t, k.Encrypt(ctx, block, block), context.Canceled)
	require.Equal(t, make([]byte, 8), block)
}

// More blocks than go to the token in one call.
func TestManyBlocks(t *testing.T) {
	t.Parallel()
	d, _ := fresh(t)
	k := soft(t, keys.TDES2, keys.UsagePIN)
	load(t, d, "zpk", k)
	src := make([]byte, 8*(2*4096+3))
	for i := range src {
		src[i] = byte(i / 8)
	}
	want, got := make([]byte, len(src)), slices.Clone(src)
	require.NoError(t, k.Encrypt(t.Context(), want, src))
	require.NoError(t, find(t, d, "zpk").Encrypt(t.Context(), got, got))
	require.Equal(t, want, got)
}
