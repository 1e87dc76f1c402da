//go:build cgo && unix

package pkcs11_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/internal/p11rig"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/softhsm"
)

// An HSM that is unplugged is unavailable, and works again when it is plugged
// in, without the device being opened again.
func TestUnplug(t *testing.T) {
	t.Parallel()
	server := p11rig.Serve(t, softhsm.New(t))
	d := open(t, server.Config())
	load(t, d, "zpk", zpk(t))
	k := find(t, d, "zpk")
	require.NoError(t, works(t.Context(), k))

	for range 2 {
		server.Kill()
		for range 3 {
			err := works(t.Context(), k)
			require.ErrorIs(t, err, hsm.ErrUnavailable)
		}
		require.ErrorIs(t, d.Ping(t.Context()), hsm.ErrUnavailable)
		_, err := d.GenerateKey(t.Context(), hsm.KeySpec{Label: "new", Algorithm: keys.TDES2, Usage: keys.UsagePIN})
		require.ErrorIs(t, err, hsm.ErrUnavailable)
		server.Start()
		require.NoError(t, works(t.Context(), k))
	}

	// Back before anybody noticed: nobody notices.
	server.Kill()
	server.Start()
	require.NoError(t, works(t.Context(), k))
}

// Two devices on the token: whichever notices first, both work again, also when
// many ask both while it happens.
func TestUnplugTwoDevices(t *testing.T) {
	t.Parallel()
	server, one := served(t)
	two := stationedAgain(t, open(t, server.Config()), one)
	for range 3 {
		server.Kill()
		server.Start()
		one.recovers(t)
		two.recovers(t)
		one, two = two, one
	}
	first, second := one.ask(t, time.Second), two.ask(t, time.Second)
	var back comebacks
	for range rounds(t, 2) {
		more(t, &first.good, 50)
		more(t, &second.good, 50)
		server.Kill()
		more(t, &first.bad, 8)
		server.Start()
		start := time.Now()
		more(t, &first.good, 1)
		more(t, &second.good, 1)
		back.since(t, start)
	}
	back.kept(t)
}

// stationedAgain is another device on the token of a station.
func stationedAgain(t *testing.T, d *pkcs11.Device, s *station) *station {
	t.Helper()
	return &station{d: d, h: hsm.New(d, hsm.AllowInProcess()), from: s.from, to: s.to, pvk: s.pvk,
		made: "again-", pin: s.pin, pan: s.pan, block: s.block, pvv: s.pvv}
}

// Killed and started again under load: never a wrong answer, no call after its
// context, and it works again by itself. The client is p11-kit's own: that it does
// not hang is a quirk's doing.
func TestKillUnderLoad(t *testing.T) {
	t.Parallel()
	server, s := served(t)
	watched(t, func(count func() int) {
		c := s.ask(t, time.Second)
		var back comebacks
		for range rounds(t, 6) {
			more(t, &c.good, 100)
			server.Kill()
			more(t, &c.bad, 20)
			server.Start()
			start := time.Now()
			more(t, &c.good, 1)
			back.since(t, start)
		}
		c.end()
		back.kept(t)
		t.Logf("%d answers, %d errors", c.good.Load(), c.bad.Load())
		s.calm(t)
		require.Eventually(t, func() bool { return count() == 0 }, forever, 5*time.Millisecond)
	})
	require.NoError(t, s.translate(t.Context()))
	list, err := s.d.ListKeys(t.Context())
	require.NoError(t, err)
	require.Subset(t, labels(list), []string{"from", "pvk", "to"})
}

func labels(list []hsm.KeyInfo) (all []string) {
	for _, k := range list {
		all = append(all, k.Label)
	}
	return all
}

// Killed and started at once, so that some never notice: nothing is lost but calls
// in flight.
func TestRestartUnderLoad(t *testing.T) {
	t.Parallel()
	server, s := served(t)
	c := s.ask(t, 5*time.Second)
	var back comebacks
	for range rounds(t, 5) {
		more(t, &c.good, 50)
		server.Kill()
		server.Start()
		start := time.Now()
		more(t, &c.good, 1)
		back.since(t, start)
	}
	c.end()
	back.kept(t)
	t.Logf("%d answers, %d errors", c.good.Load(), c.bad.Load())
}
