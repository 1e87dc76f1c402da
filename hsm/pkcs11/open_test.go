//go:build cgo

package pkcs11_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	p11 "github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/softhsm"
)

func TestOpen(t *testing.T) {
	t.Parallel()
	d, _ := fresh(t)
	require.Equal(t, "PKCS#11 token pinion", d.Name())
	require.True(t, d.ThrowAway())
	require.NoError(t, d.Ping(t.Context()))
	e, _ := d.Exposure(hsm.Work{Op: hsm.OpTranslate})
	require.Equal(t, hsm.InProcess, e)
}

func TestOpenFindsTokenByAnyName(t *testing.T) {
	t.Parallel()
	c, credential := config(t, softhsm.New(t))
	u := c.URI
	slot := uint(0)
	tokens, err := pkcs11.Tokens(u.ModulePath)
	require.NoError(t, err)
	for _, info := range tokens {
		if info.Initialized {
			slot = info.SlotID
		}
	}
	file := u.CredentialSource
	for name, c := range map[string]pkcs11.Config{
		"label":       {URI: pkcs11.URI{Token: u.Token, ModulePath: u.ModulePath, CredentialSource: file}},
		"serial":      {URI: pkcs11.URI{Serial: u.Serial, ModulePath: u.ModulePath, CredentialSource: file}},
		"model":       {URI: pkcs11.URI{Model: "SoftHSM v2", ModulePath: u.ModulePath, CredentialSource: file}},
		"the only":    {URI: pkcs11.URI{ModulePath: u.ModulePath, CredentialSource: file}},
		"slot too":    {URI: pkcs11.URI{Token: u.Token, SlotID: &slot, ModulePath: u.ModulePath, CredentialSource: file}},
		"module name": {URI: pkcs11.URI{ModulePath: filepath.Dir(u.ModulePath), ModuleName: "softhsm2", CredentialSource: file}},
		"credential from a function": {URI: pkcs11.URI{ModulePath: u.ModulePath},
			Credential: func() ([]byte, error) { return []byte(credential), nil }},
	} {
		d, err := pkcs11.Open(t.Context(), c)
		require.NoError(t, err, name)
		require.NoError(t, d.Ping(t.Context()), name)
		require.NoError(t, d.Close(), name)
	}
	value, err := pkcs11.ParseURI("pkcs11:?module-path=" + u.ModulePath + "&pin-value=" + credential)
	require.NoError(t, err)
	d, err := pkcs11.Open(t.Context(), pkcs11.Config{URI: value})
	require.NoError(t, err)
	require.NoError(t, d.Close())
	require.False(t, pkcs11.Loaded(u.ModulePath), "the last one to close finalizes the library")
}

func TestOpenErrors(t *testing.T) {
	t.Parallel()
	u := softhsm.New(t).Config().URI
	bad := filepath.Join(t.TempDir(), "bad.so")
	require.NoError(t, os.WriteFile(bad, []byte("not a library"), 0o600))
	empty := filepath.Join(t.TempDir(), "empty")
	require.NoError(t, os.WriteFile(empty, []byte("\n"), 0o600))
	with := func(change func(*pkcs11.URI)) pkcs11.Config {
		c := pkcs11.Config{URI: u}
		change(&c.URI)
		return c
	}
	other := uint(1 << 20)
	for _, test := range []struct {
		c    pkcs11.Config
		is   error
		text string
	}{
		{pkcs11.Config{}, pkcs11.ErrModule, "add ?module-path="},
		{with(func(u *pkcs11.URI) { u.ModulePath = "/missing.so" }), pkcs11.ErrModule, "no such file"},
		{with(func(u *pkcs11.URI) { u.ModulePath = "missing.so" }), pkcs11.ErrModule, "missing.so"},
		{with(func(u *pkcs11.URI) { u.ModulePath = bad }), pkcs11.ErrModule, "cannot be loaded"},
		{with(func(u *pkcs11.URI) { u.ModulePath = filepath.Dir(u.ModulePath) }), pkcs11.ErrModule, "is a directory"},
		{with(func(u *pkcs11.URI) { u.ModulePath, u.ModuleName = "", "no-such-library" }), pkcs11.ErrModule, "module-name"},
		{with(func(u *pkcs11.URI) { u.Token = "acquirer" }), pkcs11.ErrNoToken, "none that is pkcs11:token=acquirer"},
		{with(func(u *pkcs11.URI) { u.Serial = "0" }), pkcs11.ErrNoToken, "it sees pkcs11:token=pinion"},
		{with(func(u *pkcs11.URI) { u.SlotID = &other }), pkcs11.ErrNoToken, "slot-id=1048576"},
		{with(func(u *pkcs11.URI) { u.CredentialSource = "/missing" }), os.ErrNotExist, "pin-source"},
		{with(func(u *pkcs11.URI) { u.CredentialSource = filepath.Dir(empty) }), nil, "pin-source"},
		{with(func(u *pkcs11.URI) { u.CredentialSource = empty }), nil, "is empty"},
		{with(func(u *pkcs11.URI) { u.CredentialSource = u.ModulePath }), nil, "longer than a credential can be"},
		{with(func(u *pkcs11.URI) { u.CredentialSource = "" }), pkcs11.ErrCredential, "none was given"},
		{pkcs11.Config{URI: u, Sessions: -1}, nil, "must not be negative"},
	} {
		_, err := pkcs11.Open(t.Context(), test.c)
		require.Error(t, err, test.text)
		require.ErrorContains(t, err, test.text)
		if test.is != nil {
			require.ErrorIs(t, err, test.is)
		}
	}
	require.False(t, pkcs11.Loaded(u.ModulePath), "a failed Open keeps nothing")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := pkcs11.Open(ctx, pkcs11.Config{URI: u})
	require.ErrorIs(t, err, context.Canceled)
	asked := errors.New("nobody at the terminal")
	u.CredentialSource = ""
	_, err = pkcs11.Open(t.Context(), pkcs11.Config{URI: u, Credential: func() ([]byte, error) { return nil, asked }})
	require.ErrorIs(t, err, asked)
}

// Two tokens of one label are told apart by their serials.
func TestAmbiguousLabel(t *testing.T) {
	t.Parallel()
	c := softhsm.New(t).Config()
	second := another(t, c, softhsm.Label)
	require.NotEqual(t, c.URI.Serial, second.Serial)

	both := c
	both.URI.Serial = ""
	_, err := pkcs11.Open(t.Context(), both)
	require.ErrorIs(t, err, pkcs11.ErrAmbiguous)
	require.ErrorContains(t, err, "add serial=")
	require.ErrorContains(t, err, second.Serial)
	require.ErrorContains(t, err, c.URI.Serial)

	// Both at once, in one library: each has its own keys.
	one := open(t, c)
	both.URI.Serial = second.Serial
	two := open(t, both)
	generate(t, one, "zpk", keys.TDES2, keys.UsagePIN)
	_, err = two.FindKey(t.Context(), "zpk")
	require.ErrorIs(t, err, hsm.ErrKeyNotFound)
}

func TestTokens(t *testing.T) {
	t.Parallel()
	c := softhsm.New(t).Config()
	list, err := pkcs11.Tokens(c.URI.ModulePath)
	require.NoError(t, err)
	require.Len(t, list, 2)
	require.Equal(t, "pinion", list[0].Label)
	require.Equal(t, c.URI.Serial, list[0].Serial)
	require.Equal(t, "SoftHSM v2", list[0].Model)
	require.True(t, list[0].Initialized)
	require.True(t, list[0].LoginRequired)
	require.False(t, list[1].Initialized, "SoftHSM2 always has one to spare")
	_, err = pkcs11.Tokens("")
	require.ErrorIs(t, err, pkcs11.ErrModule)
}

// A wrong credential is tried once, however often the device is asked: the
// token counts.
func TestWrongCredential(t *testing.T) {
	t.Parallel()
	token := softhsm.New(t)
	c, credential := config(t, token)
	wrong := c
	wrong.URI.CredentialSource = ""
	wrong.Credential = func() ([]byte, error) { return []byte("wrong-credential"), nil }
	_, err := pkcs11.Open(t.Context(), wrong)
	require.ErrorIs(t, err, pkcs11.ErrCredential)
	require.ErrorIs(t, err, hsm.ErrDevice)
	require.ErrorContains(t, err, "CKR_PIN_INCORRECT")
	require.ErrorContains(t, err, "the credential is wrong")
	require.NotContains(t, err.Error(), "wrong-credential")
	require.NotContains(t, err.Error(), credential)

	// The credential is changed behind the back of an open device, which then
	// has to log in again.
	d := open(t, c)
	lib := intruder(t, token)
	s, err := lib.OpenSession(slot(t, lib), session)
	require.NoError(t, err)
	require.NoError(t, lib.SetPIN(s, credential, "another-credential"))
	require.NoError(t, lib.CloseAllSessions(slot(t, lib)))
	_, first := d.FindKey(t.Context(), "zpk")
	require.ErrorIs(t, first, pkcs11.ErrCredential)

	// It is set back: the device must not find out, because it must not try.
	s, err = lib.OpenSession(slot(t, lib), session)
	require.NoError(t, err)
	require.NoError(t, lib.Login(s, p11.CKU_USER, "another-credential"))
	require.NoError(t, lib.SetPIN(s, "another-credential", credential))
	require.NoError(t, lib.CloseAllSessions(slot(t, lib)))
	_, again := d.FindKey(t.Context(), "zpk")
	require.Equal(t, first, again)
	open(t, c)
}
