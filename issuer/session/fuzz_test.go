package session_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/issuer/session"
)

// Whatever a client puts into a JWE, there is a whole message for the card or one
// of the errors, which quote nothing.
func FuzzMessage(f *testing.F) {
	now := time.Now().Unix()
	for _, seed := range []string{`{"publicToken":"1","iat":%d,"pin":"8642"}`, `{"publicToken":"1","iat":%d,"currentPin":"8642","newPin":"9753"}`,
		`{"publicToken":"2","iat":%d,"pin":null}`, `{"iat":1e400%d}`, `[%d`} {
		f.Add(fmt.Sprintf(seed, now))
	}
	k, err := session.NewKeys()
	require.NoError(f, err)
	s, err := session.New(hsm.New(soft.New()), k, nil)
	require.NoError(f, err)
	r := &rig{Sessions: s}
	f.Fuzz(func(t *testing.T, payload string) {
		m, err := s.OpenMessage([]byte(r.jwe(t, payload, made{})), "1")
		set, change := !m.PIN.IsZero(), !m.CurrentPIN.IsZero() && !m.NewPIN.IsZero()
		switch err {
		case nil:
			require.True(t, set != change)
		case session.ErrMessage, session.ErrOtherCard, session.ErrStale, session.ErrJWE:
			require.False(t, set || change || !m.CurrentPIN.IsZero() || !m.NewPIN.IsZero())
		default:
			t.Fatal("another error")
		}
	})
}

// Whatever bytes come as a JWE or a public key, there is one of the errors.
func FuzzClient(f *testing.F) {
	k, err := session.NewKeys()
	require.NoError(f, err)
	s, err := session.New(hsm.New(soft.New()), k, nil)
	require.NoError(f, err)
	kid := s.PublicKeys().Keys[1].KeyID
	f.Add([]byte(b64url([]byte(`{"alg":"ECDH-ES+A256KW","enc":"A256GCM","kid":"`+kid+`","epk":{"kty":"EC"}}`)) + ".AA.AA.AA.AA"))
	f.Add([]byte(`{"kty":"EC","crv":"P-256","x":"gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0","y":"SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps"}`))
	f.Add(append([]byte{4}, make([]byte, 64)...))
	f.Fuzz(func(t *testing.T, text []byte) {
		_, err := s.OpenJWE(text)
		require.True(t, errors.Is(err, session.ErrJWE) || errors.Is(err, session.ErrKeyID) || errors.Is(err, session.ErrDecipher))
		if _, err := session.ParseRecipient(text); err != nil {
			require.Equal(t, session.ErrPeer, err)
		}
		a, err := s.Agree(t.Context(), session.Offer{PublicKey: text, SharedInfo: make([]byte, 16)})
		if err != nil {
			require.Equal(t, session.ErrPeer, err)
			return
		}
		a.Release(t.Context())
	})
}
