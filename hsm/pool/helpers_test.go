package pool_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pool"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

// The keys that every member has.
const (
	zpkHex = "0123456789ABCDEFFEDCBA9876543210"
	toHex  = "23456789ABCDEF01DCBA98765432EF10"
	pvkHex = "C8199237EA5857BC40EF9DA2B5E96BBF"
	bdkHex = "FEDCBA9876543210F1F1F1F1F1F1F1F1"
)

func parse(t testing.TB, a keys.Algorithm, u keys.Usage, hex string) keys.Key {
	t.Helper()
	k, err := cleartext.Parse(a, u, hex)
	require.NoError(t, err)
	return k
}

// load puts a key on a device, past the pool.
func load(t testing.TB, d hsm.KeyManager, label string, k keys.Key) {
	t.Helper()
	_, err := d.ImportKey(context.Background(), hsm.KeySpec{Label: label, Algorithm: k.Algorithm(), Usage: k.Usage()}, k)
	require.NoError(t, err)
}

// stocked returns n devices with the keys of the tests.
func stocked(t testing.TB, n int) []*faulty {
	t.Helper()
	list := make([]*faulty, n)
	for i := range list {
		d := newFaulty(string(rune('a' + i)))
		load(t, d.Device, "zpk", parse(t, keys.TDES2, keys.UsagePIN, zpkHex))
		load(t, d.Device, "to", parse(t, keys.TDES2, keys.UsagePIN, toHex))
		load(t, d.Device, "pvk", parse(t, keys.TDES2, keys.UsageVisaPVV, pvkHex))
		load(t, d.Device, "bdk", parse(t, keys.AES128, keys.UsageBDK, bdkHex))
		list[i] = d
	}
	return list
}

func members(devices []*faulty, limit int) []pool.Member {
	list := make([]pool.Member, len(devices))
	for i, d := range devices {
		list[i] = pool.Member{Name: d.name, Device: d, Limit: limit}
	}
	return list
}

// newPool returns a pool of devices, and its front. It is closed after the test.
func newPool(t testing.TB, devices []*faulty, limit int, opts ...pool.Option) (*pool.Pool, *hsm.HSM) {
	t.Helper()
	p, err := pool.New(members(devices, limit), opts...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.Close()) })
	return p, hsm.New(p, hsm.AllowInProcess())
}

// stat returns the statistics of one member.
func stat(p *pool.Pool, name string) pool.MemberStats {
	for _, s := range p.Stats() {
		if s.Name == name {
			return s
		}
	}
	return pool.MemberStats{}
}

func retries(p *pool.Pool) (n uint64) {
	for _, s := range p.Stats() {
		n += s.Retries
	}
	return n
}
