package dukpt_test

import (
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// randomKSN returns any ten bytes, or eight or nine that are filled, with a counter of
// any number of one bits; now and then there is no key for it.
func randomKSN(t testing.TB, r *rand.Rand) dukpt.KSN {
	t.Helper()
	b := make([]byte, 8+r.IntN(3))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	ksn, err := dukpt.NewKSN(b)
	require.NoError(t, err)
	counter := r.Uint32() & 0x1fffff
	switch r.IntN(16) {
	case 0:
		counter &= r.Uint32() & r.Uint32() // few one bits, none now and then
	case 1:
		counter |= r.Uint32() & 0x1fffff // many
	case 2:
		return [...]dukpt.KSN{{}, parseKSN(t, "123456789012345600000001"), withCounter(t, ksn, 0), withCounter(t, ksn, 0x1ff800)}[r.IntN(4)]
	case 3:
		counter = 1 << r.IntN(21)
	}
	return withCounter(t, ksn, counter)
}

// requireSame holds a column to the keys that [dukpt.PINKey] derives one by one.
func requireSame(t *testing.T, k keys.Key, ksns []dukpt.KSN) (faults int) {
	t.Helper()
	column, told, err := dukpt.PINKeys(k, ksns)
	require.NoError(t, err)
	defer column.Release()
	plain, got, back := make([]byte, 8*len(ksns)), make([]byte, 8*len(ksns)), make([]byte, 8*len(ksns))
	for i := range plain {
		plain[i] = byte(i>>3) ^ byte(i*31)
	}
	require.NoError(t, column.Encrypt(t.Context(), got, plain))
	require.NoError(t, column.Decrypt(t.Context(), back, got))
	var faulty []dukpt.Fault
	for i, ksn := range ksns {
		key, err := dukpt.PINKey(k, ksn)
		want, wantBack := make([]byte, 8), make([]byte, 8)
		if err != nil {
			faulty = append(faulty, dukpt.Fault{Index: i, Err: err})
		} else {
			require.NoError(t, key.Encrypt(t.Context(), want, plain[8*i:8*i+8]))
			copy(wantBack, plain[8*i:])
		}
		require.Equal(t, want, got[8*i:8*i+8], "%v, %d of %d", ksn, i, len(ksns))
		require.Equal(t, wantBack, back[8*i:8*i+8], "%v, %d of %d", ksn, i, len(ksns))
	}
	require.Equal(t, faulty, told)
	return len(told)
}

// Thousands of random KSNs, those of which there is no key among them, under BDKs and
// initial keys, in columns that end on either side of what goes side by side.
func TestPINKeys(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(11, 24))
	faults := 0
	for i, n := range []int{0, 1, 2, 15, 16, 31, 32, 33, 127, 128, 129, 255, 256, 257, 1023, 1024, 1025, 2500} {
		raw, _ := random(t, r, keys.TDES2)
		k, err := cleartext.New(keys.TDES2, []keys.Usage{keys.UsageBDK, keys.UsageInitialKey}[i%2], raw)
		require.NoError(t, err)
		ksns := make([]dukpt.KSN, n)
		for j := range ksns {
			ksns[j] = randomKSN(t, r)
		}
		faults += requireSame(t, k, ksns)
	}
	require.Greater(t, faults, 100)
}

// TestPINKeysOfOtherMachines is TestPINKeys in processes that see a processor without
// AVX-512, and without AVX2.
func TestPINKeysOfOtherMachines(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	require.NoError(t, err)
	for _, without := range []string{"cpu.avx512f=off", "cpu.avx512f=off,cpu.avx2=off"} {
		cmd := exec.CommandContext(t.Context(), self, "-test.run=^TestPINKeys$", "-test.v")
		cmd.Env = append(os.Environ(), "GODEBUG="+without)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s: %s", without, out)
		require.Contains(t, string(out), "--- PASS: TestPINKeys")
	}
}

// Columns of keys that are all bad, or all of one counter.
func TestPINKeysOfOneKind(t *testing.T) {
	t.Parallel()
	bdk, ksn := root(t, keys.TDES2)
	for _, counter := range []uint32{0, 1, 0x100000, 0x3ff, 0x1ff800, 0x7ff, 0x1fffff} {
		ksns := make([]dukpt.KSN, 300)
		for i := range ksns {
			ksns[i] = withCounter(t, ksn, counter)
		}
		requireSame(t, bdk, ksns)
	}
}

func TestPINKeysRefusals(t *testing.T) {
	t.Parallel()
	tdes, ksn := root(t, keys.TDES2)
	aes, _ := root(t, keys.AES128)
	zpk, err := tdes.WithUsage(keys.UsagePIN)
	require.NoError(t, err)
	triple, err := cleartext.Parse(keys.TDES3, keys.UsageBDK, "C49ED6B0F4A7E98CBCCBF192DAAE86FDE5A1D0F7B9C88AEF")
	require.NoError(t, err)
	for want, k := range map[error]keys.Key{
		keys.ErrZeroKey: {}, keys.ErrUsage: zpk, dukpt.ErrAlgorithm: aes, keys.ErrKeySize: triple,
	} {
		column, faults, err := dukpt.PINKeys(k, []dukpt.KSN{withCounter(t, ksn, 1)})
		require.ErrorIs(t, err, want)
		require.Nil(t, column)
		require.Nil(t, faults)
	}
}

func TestKeyColumnErrors(t *testing.T) {
	t.Parallel()
	bdk, ksn := root(t, keys.TDES2)
	column, faults, err := dukpt.PINKeys(bdk, []dukpt.KSN{withCounter(t, ksn, 1), ksn, withCounter(t, ksn, 2)})
	require.NoError(t, err)
	require.Equal(t, []dukpt.Fault{{Index: 1, Err: dukpt.ErrCounterZero}}, faults)
	faults[0].Index = 99 // it is the caller's
	require.Equal(t, 8, column.BlockSize())
	b := make([]byte, 64)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for _, crypt := range []func(ctx context.Context, dst, src []byte) error{column.Encrypt, column.Decrypt} {
		for _, n := range []int{0, 8, 16, 23, 25, 32} {
			require.ErrorIs(t, crypt(t.Context(), b[:n], b[:n]), dukpt.ErrColumn, n)
		}
		require.ErrorIs(t, crypt(t.Context(), b[:16], b[:24]), dukpt.ErrColumn)
		require.ErrorIs(t, crypt(t.Context(), b[8:32], b[:24]), keys.ErrOverlap)
		require.ErrorIs(t, crypt(gone, b[:24], b[:24]), context.Canceled)
		require.Equal(t, make([]byte, 64), b, "nothing was written")
	}
	inPlace, elsewhere := []byte("twenty-four bytes, aside"), make([]byte, 24)
	require.NoError(t, column.Encrypt(t.Context(), elsewhere, inPlace))
	require.NoError(t, column.Encrypt(t.Context(), inPlace, inPlace))
	require.Equal(t, elsewhere, inPlace)

	column.Release()
	column.Release()
	var none dukpt.KeyColumn
	none.Release()
	for _, c := range []*dukpt.KeyColumn{column, &none} {
		require.ErrorIs(t, c.Encrypt(t.Context(), b[:24], b[:24]), keys.ErrZeroKey)
		require.ErrorIs(t, c.Decrypt(t.Context(), b[:24], b[:24]), keys.ErrZeroKey)
	}
}

// One column, and one BDK, in many goroutines.
func TestPINKeysConcurrent(t *testing.T) {
	t.Parallel()
	bdk, ksn := root(t, keys.TDES2)
	ksns := make([]dukpt.KSN, 100)
	for i := range ksns {
		ksns[i] = withCounter(t, ksn, uint32(i+1))
	}
	shared, _, err := dukpt.PINKeys(bdk, ksns)
	require.NoError(t, err)
	want := make([]byte, 800)
	require.NoError(t, shared.Encrypt(t.Context(), want, make([]byte, 800)))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			own, _, err := dukpt.PINKeys(bdk, ksns)
			if err != nil {
				t.Error(err)
				return
			}
			defer own.Release()
			for _, c := range []*dukpt.KeyColumn{shared, own} {
				got := make([]byte, 800)
				if err := c.Encrypt(t.Context(), got, got); err != nil || string(got) != string(want) {
					t.Errorf("another column: %v", err)
				}
			}
		})
	}
	wg.Wait()
}
