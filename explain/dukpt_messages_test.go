package explain_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// Vectors of what working keys are for: the keys are those that were explained.

// comparePIN opens the block of a vector.
func (c *dukptCase) comparePIN(t *testing.T, raw []byte) {
	format, err := pinblock.ParseFormat(c.Format)
	require.NoError(t, err)
	var pan pinblock.PAN
	if c.PAN != "" {
		pan, err = pinblock.ParsePAN(c.PAN)
		require.NoError(t, err)
	}
	block, pin := c.Block, c.want["pin"]
	if block == "" {
		block, pin = c.want["block"], c.PIN
	}
	a := keys.TDES2
	if strings.HasPrefix(c.op, "dukpt.aes.") {
		if a = c.algorithm(); a == 0 {
			a = map[int]keys.Algorithm{16: keys.AES128, 24: keys.AES192, 32: keys.AES256}[len(raw)]
		}
	}
	key, err := cleartext.New(a, keys.UsagePIN, raw)
	require.NoError(t, err)
	got, err := pinblock.Open(t.Context(), key, format, unhex(t, block), pan)
	require.NoError(t, err)
	require.Equal(t, pin, clear.Digits(got))
}

// compareMAC makes the MAC of a vector. A CMAC or HMAC is what the check value over
// other data is.
func (c *dukptCase) compareMAC(t *testing.T, op string, raw []byte) {
	want := c.want["mac"] + c.want["result"]
	var method keys.KCVMethod
	switch {
	case op == "mac":
		require.Equal(t, want, upper(retailMAC(t, raw, []byte(c.DataASCII)))[:2*c.Length])
		return
	case op == "hmac":
		method = keys.HMACSHA256
	case strings.HasPrefix(c.op, "dukpt.aes."):
		method = keys.AESCMAC
	default:
		method = keys.TDESCMAC
	}
	got, err := cleartext.KCV(raw, method, []byte(c.DataASCII), 2*c.Length)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

// compareData enciphers the data of a vector.
func (c *dukptCase) compareData(t *testing.T, raw []byte) {
	b := tdes(t, raw)
	if strings.HasPrefix(c.op, "dukpt.aes.") {
		var err error
		b, err = aes.NewCipher(raw)
		require.NoError(t, err)
	}
	data := []byte(c.DataASCII)
	for len(data)%b.BlockSize() != 0 {
		data = append(data, 0)
	}
	cipher.NewCBCEncrypter(b, unhex(t, c.IV)).CryptBlocks(data, data)
	require.Equal(t, c.want["data"]+c.want["result"], upper(data))
}

// retailMAC is ANSI X9.19, with padding of zeros.
func retailMAC(t *testing.T, raw, msg []byte) []byte {
	t.Helper()
	single, err := des.NewCipher(raw[:8])
	require.NoError(t, err)
	mac := make([]byte, 8)
	for ; len(msg) > 8; msg = msg[8:] {
		for i := range mac {
			mac[i] ^= msg[i]
		}
		single.Encrypt(mac, mac)
	}
	for i := range msg {
		mac[i] ^= msg[i]
	}
	tdes(t, raw).Encrypt(mac, mac)
	return mac
}

// tdes is TDES of a double length key; with another nothing is enciphered by it.
func tdes(t *testing.T, raw []byte) cipher.Block {
	t.Helper()
	b, err := des.NewTripleDESCipher(append(append([]byte(nil), raw[:16]...), raw[:8]...))
	require.NoError(t, err)
	return b
}

func upper(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }
