//go:build cgo

package pkcs11_test

import (
	"errors"
	"strings"
	"testing"

	p11 "github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/softhsm"
)

// TestInitToken gives each credential to the one it is for, clears both, and makes no
// token where one of them is not to be had.
func TestInitToken(t *testing.T) {
	t.Parallel()
	token := softhsm.New(t)
	open(t, token.Config()) // and so the library stays initialized
	path := token.Config().URI.ModulePath
	user, officer := []byte("credential of devices"), []byte("credential of the officer")
	spec := pkcs11.TokenSpec{
		Label:      "second",
		Credential: func() ([]byte, error) { return user, nil },
		Officer:    func() ([]byte, error) { return officer, nil },
	}
	made, err := pkcs11.InitToken(path, spec)
	require.NoError(t, err)
	require.Equal(t, "second", made.Label)
	require.True(t, made.Initialized)
	require.Equal(t, [][]byte{make([]byte, len(user)), make([]byte, len(officer))}, [][]byte{user, officer})

	p := intruder(t, token)
	s, err := p.OpenSession(made.SlotID, session)
	require.NoError(t, err)
	require.NoError(t, p.Login(s, p11.CKU_SO, "credential of the officer"))
	require.NoError(t, p.Logout(s))
	require.NoError(t, p.Login(s, p11.CKU_USER, "credential of devices"))
	require.NoError(t, p.CloseSession(s))

	before, err := pkcs11.Tokens(path)
	require.NoError(t, err)
	asked := errors.New("nobody at the terminal")
	nobody := func() ([]byte, error) { return nil, asked }
	_, err = pkcs11.InitToken(path, pkcs11.TokenSpec{Label: "third", Credential: nobody, Officer: spec.Officer})
	require.ErrorIs(t, err, asked)
	_, err = pkcs11.InitToken(path, pkcs11.TokenSpec{Label: "third", Credential: spec.Credential, Officer: nobody})
	require.ErrorIs(t, err, asked)
	for _, label := range []string{"", strings.Repeat("x", 33)} {
		_, err = pkcs11.InitToken(path, pkcs11.TokenSpec{Label: label})
		require.ErrorContains(t, err, "1 to 32 bytes")
	}
	after, err := pkcs11.Tokens(path)
	require.NoError(t, err)
	require.Equal(t, before, after)
}
