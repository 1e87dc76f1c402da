package ontoken_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"math/bits"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/ontoken"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
)

// bdk is a base derivation key here, and on the token with its variant.
type bdk struct {
	key           keys.Key
	base, variant ontoken.Object
}

func newBDK(t testing.TB, k *token, value []byte) bdk {
	t.Helper()
	key, err := cleartext.New(keys.TDES2, keys.UsageBDK, value)
	require.NoError(t, err)
	v, err := dukpt.BaseKeyVariant(key)
	require.NoError(t, err)
	b := bdk{key: key, base: k.key(value, canEncryptData)}
	b.variant = k.key(cleartext.Bytes(v), canEncryptData)
	return b
}

// TestDUKPTPublished has the answers of X9.24-1:2009 A.4, PIN 1234 and PAN
// 4012345678909, and translates the blocks as any other.
func TestDUKPTPublished(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	base := newBDK(t, r.token, mustHex(t, "0123456789ABCDEFFEDCBA9876543210"))
	r.live += 2
	for serial, block := range map[string]string{
		"FFFF9876543210E00001": "1B9C1845EB993A7A",
		"FFFF9876543210E00002": "10A01C8D02C69107",
		"FFFF9876543210F00000": "73EC88AD0AC5830E",
	} {
		key, err := ontoken.PINKey(r.token, base.base, base.variant, mustKSN(t, mustHex(t, serial)))
		require.NoError(t, err)
		b := ontoken.New(r.token, r.marks)
		x, err := b.Open(pinblock.ISO0, key, mustHex(t, block), mustPAN(t, "4012345678909"))
		require.NoError(t, err, serial)
		out, err := b.Seal(pinblock.ISO4, r.to[16].Key, x, mustPAN(t, "4012345678909"))
		require.NoError(t, err)
		r.requirePIN(pinblock.ISO4, out, "1234", "4012345678909")
		out, err = b.Seal(pinblock.ISO0, key, x, mustPAN(t, "4012345678909")) // the outgoing key too
		require.NoError(t, err)
		require.Equal(t, mustHex(t, block), out)
		b.Close()
		r.token.Destroy(key.Object)
		r.requireLive()
	}
}

func TestDUKPT(t *testing.T) {
	t.Parallel()
	k := newToken(t)
	for range 200 {
		base := newBDK(t, k, random(16))
		ksn := randomKSN(t)
		live, calls, destroyed := len(k.objects), k.calls, k.destroy
		k.seen, k.most = nil, 0
		key, err := ontoken.PINKey(k, base.base, base.variant, ksn)
		require.NoError(t, err)
		require.Len(t, k.objects, live+1, "but for the key nothing is left")
		require.Equal(t, live+9, k.most, "what a step made goes with it")
		n := bits.OnesCount32(ksn.Counter())
		require.Equal(t, 9*n+3, k.calls-calls)
		require.Equal(t, 7*n+2, k.destroy-destroyed)

		want, err := dukpt.PINKey(base.key, ksn)
		require.NoError(t, err)
		got := k.objects[key.Object]
		require.Equal(t, canWrap|canUnwrap, got.rights)
		require.Equal(t, cleartext.Bytes(want), got.value, "%v", ksn)
		requireSeen(t, k.seen, got.value)
		k.Destroy(key.Object)
	}
}

// requireSeen says what this process gets to see of a key: no half of it, but the
// one half XOR the other.
func requireSeen(t *testing.T, seen [][]byte, key []byte) {
	t.Helper()
	var ct [][]byte // the last two ciphertexts, each followed by the mask it becomes
	for _, b := range seen {
		require.NotContains(t, string(b), string(key[:8]))
		require.NotContains(t, string(b), string(key[8:]))
		ct = append(ct, b)
	}
	n := len(ct)
	// … register, ct, ct^variant, keyMask, register^keyMask, ct', ct'^keyMask^variant
	known := bytes.Clone(ct[n-1])
	xor(known, ct[n-5])
	halves := bytes.Clone(key[:8])
	xor(halves, key[8:])
	require.Equal(t, halves, known)
}

func TestDUKPTInput(t *testing.T) {
	t.Parallel()
	k := newToken(t)
	base := newBDK(t, k, random(16))
	for serial, want := range map[string]error{
		"FFFF9876543210E00000":     dukpt.ErrCounterZero,
		"FFFF9876543210FFFFFF":     dukpt.ErrCounterBits,
		"123456789012345600000001": dukpt.ErrScheme,
	} {
		_, err := ontoken.PINKey(k, base.base, base.variant, mustKSN(t, mustHex(t, serial)))
		require.ErrorIs(t, err, want, serial)
	}
	_, err := ontoken.PINKey(k, base.base, base.variant, dukpt.KSN{})
	require.ErrorIs(t, err, dukpt.ErrKSN)
	require.Zero(t, k.calls)
}

func TestDUKPTTokenFails(t *testing.T) {
	t.Parallel()
	k := newToken(t)
	base := newBDK(t, k, random(16))
	ksn := mustKSN(t, mustHex(t, "FFFF9876543210E00007"))
	for i := 1; i <= 9*3+3; i++ {
		k.fail = k.calls + i
		key, err := ontoken.PINKey(k, base.base, base.variant, ksn)
		require.True(t, err == errToken, "call %d: %v", i, err)
		require.Zero(t, key)
		require.Len(t, k.objects, 2, "call %d", i)
	}
}

// randomKSN has any counter that a terminal has.
func randomKSN(t testing.TB) dukpt.KSN {
	for {
		b := random(10)
		counter := uint32(1) << rand.IntN(21)
		for range rand.IntN(10) {
			counter |= 1 << rand.IntN(21)
		}
		tail := binary.BigEndian.Uint32(b[6:])&^(1<<21-1) | counter
		binary.BigEndian.PutUint32(b[6:], tail)
		if ksn := mustKSN(t, b); ksn.Check() == nil {
			return ksn
		}
	}
}

func mustKSN(t testing.TB, b []byte) dukpt.KSN {
	t.Helper()
	ksn, err := dukpt.NewKSN(b)
	require.NoError(t, err)
	return ksn
}

func mustHex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	require.NoError(t, err)
	return b
}
