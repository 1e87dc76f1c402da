package keys_test

import (
	"context"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/fipstest"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

func TestMain(m *testing.M) { fipstest.Main(m, fipsOnly) }

// What pinblock asks of a key. The interfaces are pinblock's; keys does not
// import it.
type (
	encrypter interface {
		BlockSize() int
		Encrypt(ctx context.Context, dst, src []byte) error
	}
	decrypter interface {
		BlockSize() int
		Decrypt(ctx context.Context, dst, src []byte) error
	}
)

var (
	_ encrypter = keys.Key{}
	_ decrypter = keys.Key{}
)

var allAlgorithms = []keys.Algorithm{keys.TDES2, keys.TDES3, keys.AES128, keys.AES192, keys.AES256}

// Test keys by algorithm; no byte of them occurs twice in a row of four.
var testHex = map[keys.Algorithm]string{
	keys.TDES2:  "C49ED6B0F4A7E98CBCCBF192DAAE86FD",
	keys.TDES3:  "C49ED6B0F4A7E98CBCCBF192DAAE86FDE5A1D0F7B9C88AEF",
	keys.AES128: "C39ED7B1F5A6E98DBCCAF093DBAE87FC",
	keys.AES192: "C39ED7B1F5A6E98DBCCAF093DBAE87FCE4A0D1F6B8C98BEE",
	keys.AES256: "C39ED7B1F5A6E98DBCCAF093DBAE87FCE4A0D1F6B8C98BEEB3D5EA90C7F2ACFB",
}

func testKey(t testing.TB, a keys.Algorithm, u keys.Usage) keys.Key {
	t.Helper()
	k, err := cleartext.Parse(a, u, testHex[a])
	require.NoError(t, err)
	return k
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	require.NoError(t, err)
	return b
}
