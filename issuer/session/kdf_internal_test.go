package session

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"testing"

	"github.com/stretchr/testify/require"
)

// Z of RFC 7518 appendix C, between the keys of Alice and Bob there.
const rfc7518Z = "9e56d91d817135d372834283bf84269cfb316ea3da806a48f6daa7798cfe90c4"

const countedInfo = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

// The expected values are of RFC 7518 appendix C, or computed with ConcatKDFHash of
// Python's cryptography 48; the first also with OpenSSL 3.0's SSKDF.
func TestConcatKDF(t *testing.T) {
	t.Parallel()
	rfcKey, err := base64.RawURLEncoding.DecodeString("VqqN6vgjbSBcIijNcacQGg")
	require.NoError(t, err)
	rfcInfo := "00000007" + hex.EncodeToString([]byte("A128GCM")) + "00000005" + hex.EncodeToString([]byte("Alice")) +
		"00000003" + hex.EncodeToString([]byte("Bob")) + "00000080"
	for _, c := range []struct {
		name       string
		hash       func() hash.Hash
		info, want string
	}{
		{"PIN key", sha512.New, countedInfo, "fdfddc1ed53e33106785a9cc57be64bf"},
		{"three blocks of SHA-512", sha512.New, countedInfo, "fdfddc1ed53e33106785a9cc57be64bf5ead202b758dfbaa36668bf3bf4ebb6dc5a1b9b38de4" +
			"2386039fde10f7127395cce27aeab5631cea6e7badd64015b67fe57d0561e560eda70efc3aaff1d7b9a14e2ecab5a891e1f60e4280c70601236e2ebac467ebc98875d4183040226a43f52" +
			"017eaf74611bc4559d35c705d8337033e0c61ce275029206d5634af2fd05d094c6ee06acc66"},
		{"three blocks of SHA-256", sha256.New, countedInfo, "faaa8643a446bc35ae835b1359799969cfbece9ac6693b758910c31b76539a8ed7cd62a583185aca" +
			"2ae3ffbc47ecf4d8a1f17a7f401e57ef57b73639693427d16e769f222596c8a79f6a0666205c9f7f"},
		{"RFC 7518 appendix C", sha256.New, rfcInfo, hex.EncodeToString(rfcKey)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := concatKDF(c.hash, unhex(t, rfc7518Z), unhex(t, c.info), len(c.want)/2)
			require.Equal(t, c.want, hex.EncodeToString(got))
		})
	}
}

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(text)
	require.NoError(t, err)
	return b
}
