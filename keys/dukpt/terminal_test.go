package dukpt_test

import (
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/keys/dukpt/intermediate"
)

// walk takes n transactions from a terminal and holds each against the host.
func walk(t *testing.T, terminal *dukpt.Terminal, bdk keys.Key, n int) {
	t.Helper()
	for range n {
		want, err := terminal.KSN().Next()
		require.NoError(t, err)
		tx, err := terminal.Next()
		require.NoError(t, err)
		if tx.KSN() != want || terminal.KSN() != want {
			require.Fail(t, "wrong KSN", "%v, not %v", tx.KSN(), want)
		}
		host, err := dukpt.Derive(bdk, want)
		require.NoError(t, err)
		if string(intermediate.TransactionKey(host)) != string(intermediate.TransactionKey(tx)) {
			require.Fail(t, "wrong key", "%v", want)
		}
	}
}

// From the first transaction on. 5,000 counters of TDES go past the first that are
// left out (from 0007FF), and those of AES do not.
func TestTerminalFromTheStart(t *testing.T) {
	t.Parallel()
	for a, n := range map[keys.Algorithm]int{keys.TDES2: 5000, keys.AES128: 3000, keys.AES192: 1000, keys.AES256: 1000} {
		bdk, _ := root(t, a)
		ik, ksn := initial(t, a)
		terminal, err := dukpt.NewTerminal(ik, ksn)
		require.NoError(t, err)
		require.Equal(t, ksn, terminal.KSN())
		walk(t, terminal, bdk, n)
	}
}

// From counters far away, where others are left out all the time.
func TestTerminalFarJumps(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(21, 32))
	for i := range 120 {
		a := []keys.Algorithm{keys.TDES2, keys.AES128, keys.AES192, keys.AES256}[i%4]
		raw, ksn := random(t, r, a)
		bdk, err := cleartext.New(a, keys.UsageBDK, raw)
		require.NoError(t, err)
		ik, err := dukpt.InitialKey(bdk, ksn)
		require.NoError(t, err)
		terminal, err := dukpt.NewTerminal(ik, ksn)
		require.NoError(t, err)
		walk(t, terminal, bdk, 40)
	}
}

// Up to the last transaction, and no further.
func TestTerminalEndOfLife(t *testing.T) {
	t.Parallel()
	for a, c := range map[keys.Algorithm]struct {
		from uint32
		left int
	}{
		keys.TDES2:  {0x1fe000, 13 + 78}, // 8 one bits; 1 or 2 more among 13
		keys.AES128: {0xfffe0000, 17},    // 15 one bits; 1 more among 17
	} {
		bdk, _ := root(t, a)
		ik, ksn := initial(t, a)
		ksn = withCounter(t, ksn, c.from)
		terminal, err := dukpt.NewTerminal(ik, ksn)
		require.NoError(t, err)
		walk(t, terminal, bdk, c.left)
		last := terminal.KSN()
		for range 2 {
			tx, err := terminal.Next()
			require.ErrorIs(t, err, dukpt.ErrEndOfLife)
			require.True(t, tx.IsZero())
		}
		require.Equal(t, last, terminal.KSN())
		_, err = dukpt.NewTerminal(ik, last)
		require.ErrorIs(t, err, dukpt.ErrEndOfLife)
	}
}

func TestTerminalRefusals(t *testing.T) {
	t.Parallel()
	ik, ksn := initial(t, keys.TDES2)
	bdk, _ := root(t, keys.TDES2)
	for name, c := range map[string]struct {
		k    keys.Key
		ksn  dukpt.KSN
		want error
	}{
		"BDK":           {bdk, ksn, keys.ErrUsage},
		"no key":        {keys.Key{}, ksn, keys.ErrZeroKey},
		"no KSN":        {ik, dukpt.KSN{}, dukpt.ErrKSN},
		"AES KSN":       {ik, parseKSN(t, "123456789012345600000000"), dukpt.ErrScheme},
		"many one bits": {ik, withCounter(t, ksn, 0x7ff), dukpt.ErrCounterBits},
	} {
		terminal, err := dukpt.NewTerminal(c.k, c.ksn)
		require.ErrorIs(t, err, c.want, name)
		require.Nil(t, terminal, name)
	}
	_, err := new(dukpt.Terminal).Next()
	require.ErrorIs(t, err, dukpt.ErrEndOfLife)

	terminal, err := dukpt.NewTerminal(ik, ksn)
	require.NoError(t, err)
	_, err = terminal.Next()
	require.NoError(t, err)
	terminal.Erase()
	terminal.Erase()
	_, err = terminal.Next()
	require.ErrorIs(t, err, dukpt.ErrEndOfLife)
}

// Many goroutines share a terminal: every transaction is one's alone.
func TestTerminalConcurrent(t *testing.T) {
	t.Parallel()
	ik, ksn := initial(t, keys.AES128)
	terminal, err := dukpt.NewTerminal(ik, ksn)
	require.NoError(t, err)
	var mu sync.Mutex
	var wg sync.WaitGroup
	seen := map[dukpt.KSN]bool{}
	for range 8 {
		wg.Go(func() {
			for range 50 {
				tx, err := terminal.Next()
				if err != nil {
					t.Error(err)
					return
				}
				host, err := dukpt.Derive(ik, tx.KSN())
				if err != nil || string(intermediate.TransactionKey(host)) != string(intermediate.TransactionKey(tx)) {
					t.Error("host and terminal differ", err)
				}
				mu.Lock()
				seen[tx.KSN()] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	require.Len(t, seen, 400)
}

// Whatever the BDK and wherever the terminal is, host and terminal agree on the
// next transactions.
func FuzzTerminal(f *testing.F) {
	f.Add(unhex("0123456789ABCDEFFEDCBA9876543210"), unhex("FFFF9876543210E00000"))
	f.Add(unhex("FEDCBA9876543210F1F1F1F1F1F1F1F1"), unhex("12345678901234560000FFFE"))
	f.Add(unhex(rootHex[keys.AES256].bdk), unhex("1234567890123456FFFE8000"))
	f.Fuzz(func(t *testing.T, raw, serial []byte) {
		ksn, err := dukpt.NewKSN(serial)
		if err != nil {
			return
		}
		a := keys.TDES2
		if ksn.IsAES() {
			a = map[int]keys.Algorithm{24: keys.AES192, 32: keys.AES256}[len(raw)]
			if a == 0 {
				a = keys.AES128
			}
		}
		bdk, err := cleartext.New(a, keys.UsageBDK, raw)
		if err != nil {
			return
		}
		ik, err := dukpt.InitialKey(bdk, ksn)
		require.NoError(t, err)
		terminal, err := dukpt.NewTerminal(ik, ksn)
		if err != nil {
			require.Contains(t, []error{dukpt.ErrCounterBits, dukpt.ErrEndOfLife}, err)
			return
		}
		n := 0
		for k, err := ksn.Next(); err == nil && n < 5; k, err = k.Next() {
			n++
		}
		walk(t, terminal, bdk, n)
	})
}
