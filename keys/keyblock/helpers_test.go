package keyblock_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/cmac"
	"github.com/pinion-hsm/pinion/internal/fipstest"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/keyblock"
)

func TestMain(m *testing.M) { fipstest.Main(m, fipsOnly) }

// Test keys by algorithm; no byte of them occurs twice in a row of four.
var testHex = map[keys.Algorithm]string{
	keys.TDES2:  "C49ED6B0F4A7E98CBCCBF192DAAE86FD",
	keys.TDES3:  "C49ED6B0F4A7E98CBCCBF192DAAE86FDE5A1D0F7B9C88AEF",
	keys.AES128: "C39ED7B1F5A6E98DBCCAF093DBAE87FC",
	keys.AES192: "C39ED7B1F5A6E98DBCCAF093DBAE87FCE4A0D1F6B8C98BEE",
	keys.AES256: "C39ED7B1F5A6E98DBCCAF093DBAE87FCE4A0D1F6B8C98BEEB3D5EA90C7F2ACFB",
}

var allAlgorithms = []keys.Algorithm{keys.TDES2, keys.TDES3, keys.AES128, keys.AES192, keys.AES256}

func testKey(t testing.TB, a keys.Algorithm, u keys.Usage) keys.Key {
	t.Helper()
	k, err := cleartext.Parse(a, u, testHex[a])
	require.NoError(t, err)
	return k
}

// kbpksOf returns a protection key of every algorithm that the version takes.
func kbpksOf(t testing.TB, version byte) []keys.Key {
	t.Helper()
	as := allAlgorithms[:2]
	if version >= 'D' {
		as = allAlgorithms[2:]
	}
	var ks []keys.Key
	for _, a := range as {
		k, err := keys.Generate(a, keys.UsageKBPK)
		require.NoError(t, err)
		ks = append(ks, k)
	}
	return ks
}

func pinHeader(version byte) keyblock.Header {
	return keyblock.Header{Version: version, Mode: 'E', Exportability: 'E'}
}

// opaque is a protection key that gives away nothing, as one in an HSM does.
type opaque struct {
	k     keys.Key
	calls *int
	err   error
}

func (o opaque) Algorithm() keys.Algorithm { return o.k.Algorithm() }
func (o opaque) Usage() keys.Usage         { return o.k.Usage() }
func (o opaque) Encrypt(ctx context.Context, dst, src []byte) error {
	if o.calls != nil {
		*o.calls++
	}
	if o.err != nil {
		return o.err
	}
	return o.k.Encrypt(ctx, dst, src)
}

// macOnly is one that makes MACs and does not encipher.
type macOnly struct {
	opaque
	short bool
}

var errNoEncrypt = errors.New("this key does not encipher")

func (m macOnly) Encrypt(context.Context, []byte, []byte) error { return errNoEncrypt }

func (m macOnly) CMAC(ctx context.Context, data []byte) ([]byte, error) {
	if m.err != nil {
		return nil, m.err
	}
	mac, err := cmac.SumFunc(m.k.BlockSize(), func(dst, src []byte) error { return m.k.Encrypt(ctx, dst, src) }, data)
	if m.short {
		mac = mac[:len(mac)-1]
	}
	return mac, err
}
