//go:build cgo

package pkcs11_test

import (
	"context"
	"encoding/hex"
	"os"
	"testing"

	p11 "github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/softhsm"
)

// open opens a device and closes it after the test.
func open(t testing.TB, c pkcs11.Config) *pkcs11.Device {
	t.Helper()
	d, err := pkcs11.Open(t.Context(), c)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	return d
}

// fresh returns a device on a token of its own.
func fresh(t testing.TB) (*pkcs11.Device, *softhsm.Token) {
	t.Helper()
	token := softhsm.New(t)
	return open(t, token.Config()), token
}

// config returns the configuration of a token and its credential.
func config(t testing.TB, token *softhsm.Token) (pkcs11.Config, string) {
	t.Helper()
	c := token.Config()
	credential, err := os.ReadFile(c.URI.CredentialSource)
	require.NoError(t, err)
	return c, string(credential)
}

// another makes one more token on the library of one that there is, with the same
// credential.
func another(t testing.TB, c pkcs11.Config, label string) pkcs11.TokenInfo {
	t.Helper()
	info, err := pkcs11.InitToken(c.URI.ModulePath, pkcs11.TokenSpec{
		Label:      label,
		Credential: func() ([]byte, error) { return os.ReadFile(c.URI.CredentialSource) },
		Officer:    func() ([]byte, error) { return []byte("officer"), nil },
	})
	require.NoError(t, err)
	return info
}

// intruder is other code in this process that uses the same library.
func intruder(t testing.TB, token *softhsm.Token) *p11.Ctx {
	t.Helper()
	c := p11.New(token.Config().URI.ModulePath)
	require.NotNil(t, c)
	t.Cleanup(c.Destroy)
	return c
}

// slot returns the slot of the token, as the intruder sees it.
func slot(t testing.TB, c *p11.Ctx) uint {
	t.Helper()
	slots, err := c.GetSlotList(true)
	require.NoError(t, err)
	require.NotEmpty(t, slots)
	return slots[0]
}

const session = p11.CKF_SERIAL_SESSION | p11.CKF_RW_SESSION

// cipher is a key of the device that can do both.
type cipher interface {
	hsm.Key
	pinblock.Encrypter
	pinblock.Decrypter
}

func find(t testing.TB, d *pkcs11.Device, label string) cipher {
	t.Helper()
	k, err := d.FindKey(t.Context(), label)
	require.NoError(t, err)
	return k.(cipher)
}

func soft(t testing.TB, a keys.Algorithm, u keys.Usage) keys.Key {
	t.Helper()
	k, err := keys.Generate(a, u)
	require.NoError(t, err)
	return k
}

func load(t testing.TB, d *pkcs11.Device, label string, k keys.Key) hsm.KeyInfo {
	t.Helper()
	info, err := d.ImportKey(t.Context(), hsm.KeySpec{Label: label, Algorithm: k.Algorithm(), Usage: k.Usage()}, k)
	require.NoError(t, err)
	return info
}

func generate(t testing.TB, d *pkcs11.Device, label string, a keys.Algorithm, u keys.Usage) hsm.KeyInfo {
	t.Helper()
	info, err := d.GenerateKey(t.Context(), hsm.KeySpec{Label: label, Algorithm: a, Usage: u})
	require.NoError(t, err)
	return info
}

// zpk is a known key, and what it makes of zeros.
func zpk(t testing.TB) keys.Key {
	t.Helper()
	k, err := cleartext.ParseTDES("0123456789ABCDEFFEDCBA9876543210", keys.UsagePIN)
	require.NoError(t, err)
	return k
}

// works is an error unless the key enciphers as zpk does.
func works(ctx context.Context, k pinblock.Encrypter) error {
	out := make([]byte, 8)
	if err := k.Encrypt(ctx, out, out); err != nil {
		return err
	}
	if got := hex.EncodeToString(out); got != "08d7b4fb629d0885" {
		return errWrong
	}
	return nil
}
