//go:build cgo && unix

package pool_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/hsm/pool"
	"github.com/pinion-hsm/pinion/internal/p11rig"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/softhsm"
)

// Two tokens, each in a process of its own, are killed and stopped in turn under the
// load of eight callers who wait as long as it takes: no call fails, and a token that
// comes back serves again.
func TestServers(t *testing.T) {
	t.Parallel()
	servers := map[string]*p11rig.Server{}
	var list []pool.Member
	for _, name := range []string{"one", "two"} {
		s := p11rig.Serve(t, softhsm.New(t))
		d, err := pkcs11.Open(t.Context(), s.Config())
		require.NoError(t, err)
		servers[name] = s
		list = append(list, pool.Member{Name: name, Device: d, Limit: 8})
	}
	p, err := pool.New(list, pool.WithTryTimeout(3*time.Second), pool.WithCheckInterval(100*time.Millisecond), pool.WithCheckTimeout(2*time.Second))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.Close()) })
	load(t, p, "zpk", parse(t, keys.TDES2, keys.UsagePIN, zpkHex))
	load(t, p, "to", parse(t, keys.TDES2, keys.UsagePIN, toHex))
	load(t, p, "pvk", parse(t, keys.TDES2, keys.UsageVisaPVV, pvkHex))
	becomes := func(name string, s pool.State) {
		t.Helper()
		require.Eventually(t, func() bool { return stat(p, name).State == s }, 20*time.Second, 5*time.Millisecond, "%s: %+v", name, stat(p, name))
	}
	serves := func(name string) {
		t.Helper()
		ops := stat(p, name).Operations
		require.Eventually(t, func() bool { return stat(p, name).Operations > ops+20 }, 20*time.Second, time.Millisecond, name)
	}

	stop := load8(t, hsm.New(p, hsm.AllowInProcess()))
	for _, name := range []string{"one", "two", "one"} {
		s := servers[name]
		serves(name)
		before := retries(p)
		s.Kill()
		becomes(name, pool.Ejected)
		require.LessOrEqual(t, retries(p)-before, uint64(8), "one for each call that was in flight")
		s.Start()
		becomes(name, pool.Serving)
		serves(name)

		before = retries(p)
		s.Stop()
		becomes(name, pool.Ejected)
		require.LessOrEqual(t, retries(p)-before, uint64(8), "one for each call that was in flight")
		s.Continue()
		becomes(name, pool.Serving)
	}
	n, errs := stop()
	require.Empty(t, errs)
	require.Greater(t, n, 500)
}
