//go:build cgo

package pkcs11_test

import (
	"context"
	"errors"
	"testing"

	p11 "github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/softhsm"
)

var errWrong = errors.New("the answer is wrong")

func TestReadOnly(t *testing.T) {
	t.Parallel()
	token := softhsm.New(t)
	load(t, open(t, token.Config()), "zpk", zpk(t))
	c := token.Config()
	c.ReadOnly = true
	d := open(t, c)
	require.NoError(t, works(t.Context(), find(t, d, "zpk")))
	_, err := d.GenerateKey(t.Context(), hsm.KeySpec{Label: "new", Algorithm: keys.TDES2, Usage: keys.UsagePIN})
	require.ErrorIs(t, err, hsm.ErrDevice)
	require.ErrorContains(t, err, "opened read-only")
}

func TestClosed(t *testing.T) {
	t.Parallel()
	token := softhsm.New(t)
	d, err := pkcs11.Open(t.Context(), token.Config())
	require.NoError(t, err)
	load(t, d, "zpk", zpk(t))
	k := find(t, d, "zpk")
	require.NoError(t, d.Close())
	require.NoError(t, d.Close(), "twice is once")

	ctx := t.Context()
	_, err = d.FindKey(ctx, "zpk")
	require.ErrorIs(t, err, hsm.ErrClosed)
	_, err = d.ListKeys(ctx)
	require.ErrorIs(t, err, hsm.ErrClosed)
	_, err = d.GenerateKey(ctx, hsm.KeySpec{Label: "a", Algorithm: keys.TDES2, Usage: keys.UsagePIN})
	require.ErrorIs(t, err, hsm.ErrClosed)
	_, err = d.ImportKey(ctx, hsm.KeySpec{Label: "a", Algorithm: keys.TDES2, Usage: keys.UsagePIN}, zpk(t))
	require.ErrorIs(t, err, hsm.ErrClosed)
	_, err = d.Mechanisms(ctx)
	require.ErrorIs(t, err, hsm.ErrClosed)
	err = pkcs11.Random(ctx, d, make([]byte, 8))
	require.ErrorIs(t, err, hsm.ErrClosed)
	require.ErrorIs(t, d.DeleteKey(ctx, "zpk"), hsm.ErrClosed)
	require.ErrorIs(t, d.Ping(ctx), hsm.ErrClosed)
	require.ErrorIs(t, works(ctx, k), hsm.ErrClosed)
}

func TestRandom(t *testing.T) {
	t.Parallel()
	d, _ := fresh(t)
	a, b := make([]byte, 32), make([]byte, 32)
	require.NoError(t, pkcs11.Random(t.Context(), d, a))
	require.NoError(t, pkcs11.Random(t.Context(), d, b))
	require.NotEqual(t, a, b)
	require.NotEqual(t, make([]byte, 32), a)
}

func TestMechanisms(t *testing.T) {
	t.Parallel()
	d, _ := fresh(t)
	list, err := d.Mechanisms(t.Context())
	require.NoError(t, err)
	m := map[string]pkcs11.Mechanism{}
	for _, x := range list {
		m[x.Name] = x
	}
	require.Equal(t, "CKM_DES3_ECB: encrypt, decrypt", m["CKM_DES3_ECB"].String())
	require.Equal(t, "CKM_AES_ECB: encrypt, decrypt", m["CKM_AES_ECB"].String())
	require.Equal(t, "CKM_AES_ECB_ENCRYPT_DATA: derive", m["CKM_AES_ECB_ENCRYPT_DATA"].String())
	require.Equal(t, "CKM_XOR_BASE_AND_DATA: no", m["CKM_XOR_BASE_AND_DATA"].String())
	require.True(t, m["CKM_DES2_KEY_GEN"].Generate)
	require.True(t, m["CKM_AES_CMAC"].Sign)
	require.False(t, m["CKM_EXTRACT_KEY_FROM_KEY"].Present())
}

func TestExplain(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		code p11.Error
		is   error
		text string
	}{
		{p11.CKR_KEY_FUNCTION_NOT_PERMITTED, hsm.ErrKeyUsage, "CKR_KEY_FUNCTION_NOT_PERMITTED"},
		{p11.CKR_KEY_TYPE_INCONSISTENT, hsm.ErrKeyUsage, "CKR_KEY_TYPE_INCONSISTENT"},
		{p11.CKR_DEVICE_REMOVED, hsm.ErrUnavailable, "CKR_DEVICE_REMOVED"},
		{p11.CKR_SESSION_COUNT, hsm.ErrUnavailable, "CKR_SESSION_COUNT"},
		{p11.CKR_MECHANISM_INVALID, hsm.ErrDevice, "no such mechanism"},
		{p11.CKR_DEVICE_MEMORY, hsm.ErrDevice, "the token is full"},
		{p11.CKR_PIN_LOCKED, pkcs11.ErrCredential, "security officer"},
		{p11.CKR_PIN_INCORRECT, hsm.ErrDevice, "CKR_PIN_INCORRECT"},
		{p11.Error(0x80000123), hsm.ErrDevice, "CKR_0x80000123"},
	} {
		err := pkcs11.Explain("zpk", test.code)
		require.ErrorIs(t, err, test.is)
		require.ErrorContains(t, err, test.text)
		require.ErrorContains(t, err, `key "zpk"`)
	}
	require.NoError(t, pkcs11.Explain("", nil))
	require.Equal(t, context.Canceled, pkcs11.Explain("zpk", context.Canceled))
}
