//go:build cgo

package pkcs11_test

import (
	"sync"
	"testing"

	p11 "github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/softhsm"
)

// disturbances are what other code, or a token with a mind of its own, does to a
// device behind its back.
var disturbances = map[string]func(t *testing.T, c *p11.Ctx) error{
	"all sessions closed": func(t *testing.T, c *p11.Ctx) error { return c.CloseAllSessions(slot(t, c)) },
	"logged out": func(t *testing.T, c *p11.Ctx) error {
		s, err := c.OpenSession(slot(t, c), session)
		require.NoError(t, err)
		return c.Logout(s)
	},
	"finalized": func(_ *testing.T, c *p11.Ctx) error { return c.Finalize() },
	"finalized and initialized": func(t *testing.T, c *p11.Ctx) error {
		require.NoError(t, c.Finalize())
		return c.Initialize()
	},
}

// After each of them, the next operation of any kind succeeds.
func TestReconnect(t *testing.T) {
	for name, disturb := range disturbances {
		t.Run(name, func(t *testing.T) {
			token := softhsm.New(t)
			t.Setenv("SOFTHSM2_CONF", token.Env()[0][len("SOFTHSM2_CONF="):]) // for the one who initializes
			d := open(t, token.Config())
			load(t, d, "zpk", zpk(t))
			k := find(t, d, "zpk")
			lib := intruder(t, token)
			for what, operation := range map[string]func() error{
				"encrypt": func() error { return works(t.Context(), k) },
				"find":    func() error { _, err := d.FindKey(t.Context(), "zpk"); return err },
				"list":    func() error { _, err := d.ListKeys(t.Context()); return err },
				"ping":    func() error { return d.Ping(t.Context()) },
				"random":  func() error { return pkcs11.Random(t.Context(), d, make([]byte, 8)) },
				"delete":  func() error { return d.DeleteKey(t.Context(), "old") },
				"generate": func() error {
					_, err := d.GenerateKey(t.Context(), hsm.KeySpec{Label: "new", Algorithm: keys.TDES2, Usage: keys.UsagePIN})
					return err
				},
				"import": func() error {
					_, err := d.ImportKey(t.Context(), hsm.KeySpec{Label: "zpk2", Algorithm: keys.TDES2, Usage: keys.UsagePIN}, zpk(t))
					return err
				},
			} {
				if what == "delete" {
					generate(t, d, "old", keys.TDES2, keys.UsagePIN)
				}
				require.NoError(t, disturb(t, lib), what)
				require.NoError(t, operation(), what)
				require.NoError(t, works(t.Context(), k), "after %s", what)
			}
		})
	}
}

// Many at once are disturbed at once, again and again.
func TestReconnectUnderLoad(t *testing.T) {
	t.Parallel()
	d, token := fresh(t)
	load(t, d, "zpk", zpk(t))
	k := find(t, d, "zpk")
	lib := intruder(t, token)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				// Disturbed twice in one operation it may fail, but never answer wrongly.
				if err := works(t.Context(), k); err != nil {
					if !is(err, hsm.ErrUnavailable) {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	for range 300 {
		s, err := lib.OpenSession(slot(t, lib), session)
		require.NoError(t, err)
		_ = lib.Logout(s) // it may find nobody logged in
		_ = lib.CloseSession(s)
	}
	close(stop)
	wg.Wait()
	require.NoError(t, works(t.Context(), k))
}

// Ephemeral keys do not outlive the connection, and are not confused with others.
func TestEphemeralKeysGoWithTheConnection(t *testing.T) {
	t.Parallel()
	d, token := fresh(t)
	_, err := d.ImportKey(t.Context(), hsm.KeySpec{Label: "zpk", Algorithm: keys.TDES2, Usage: keys.UsagePIN, Ephemeral: true}, zpk(t))
	require.NoError(t, err)
	k := find(t, d, "zpk")
	lib := intruder(t, token)
	require.NoError(t, lib.CloseAllSessions(slot(t, lib)))
	require.ErrorIs(t, works(t.Context(), k), hsm.ErrKeyNotFound)
}

// Two devices on one library: closing one, or reconnecting it, does not break
// the other.
func TestTwoDevicesOneLibrary(t *testing.T) {
	t.Parallel()
	token := softhsm.New(t)
	one, err := pkcs11.Open(t.Context(), token.Config())
	require.NoError(t, err)
	two := open(t, token.Config())
	load(t, one, "zpk", zpk(t))
	k := find(t, two, "zpk")
	require.NoError(t, one.Close())
	require.NoError(t, works(t.Context(), k))

	three := open(t, token.Config())
	lib := intruder(t, token)
	require.NoError(t, lib.CloseAllSessions(slot(t, lib)))
	require.NoError(t, works(t.Context(), find(t, three, "zpk")))
	require.NoError(t, works(t.Context(), k))
}

// Where other code initialized the library, that code finalizes it.
func TestLibraryOfSomebodyElse(t *testing.T) {
	token := softhsm.New(t)
	t.Setenv("SOFTHSM2_CONF", token.Env()[0][len("SOFTHSM2_CONF="):])
	lib := intruder(t, token)
	require.NoError(t, lib.Initialize())
	d, err := pkcs11.Open(t.Context(), token.Config())
	require.NoError(t, err)
	load(t, d, "zpk", zpk(t))
	require.NoError(t, d.Close())
	_, err = lib.GetSlotList(true)
	require.NoError(t, err, "it is still initialized")
	require.NoError(t, lib.Finalize())
}
