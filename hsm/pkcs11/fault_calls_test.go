//go:build cgo && unix

package pkcs11_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	p11 "github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/internal/p11rig"
	"github.com/pinion-hsm/pinion/nss"
)

// called are the functions of PKCS#11 that this package calls.
var called = []string{"C_GetInfo", "C_GetSlotList", "C_GetTokenInfo", "C_GetMechanismInfo", "C_OpenSession", "C_CloseSession", "C_GetSessionInfo", "C_Login",
	"C_CreateObject", "C_CopyObject", "C_DestroyObject", "C_GetAttributeValue", "C_SetAttributeValue",
	"C_FindObjectsInit", "C_FindObjects", "C_FindObjectsFinal", "C_EncryptInit", "C_Encrypt", "C_DecryptInit", "C_Decrypt",
	"C_SignInit", "C_Sign", "C_GenerateKey", "C_WrapKey", "C_UnwrapKey", "C_DeriveKey", "C_GenerateRandom"}

// tamperedTokens are the token on which PINs are in this process, and the one on which
// they stay.
var tamperedTokens = map[string]func(*testing.T) *p11rig.Tamper{
	"SoftHSM2": tampered,
	"NSS": func(t *testing.T) *p11rig.Tamper {
		token := nss.New(t)
		m := p11rig.NewTamper(t, token.Config(), token.Setup())
		m.Record(false)
		return m
	},
}

// Each call of the library that an operation makes fails once, for no reason and
// because the token is away: the answer is right or an error, nothing is left on the
// token, and the next operation works.
func TestEveryCallFails(t *testing.T) {
	t.Parallel()
	for name, token := range tamperedTokens {
		for _, code := range []uint{p11.CKR_GENERAL_ERROR, p11.CKR_DEVICE_ERROR} {
			t.Run(name+" "+pkcs11.CodeName(p11.Error(code)), func(t *testing.T) {
				t.Parallel()
				m := token(t)
				c := m.Config()
				c.Sessions = 2
				s := stationed(t, open(t, c))
				for what, operation := range map[string]func(context.Context) error{
					"translate": s.translate, "batch": s.batch, "verify": s.verify, "refuse": s.refuse, "life": s.life, "ping": s.d.Ping,
				} {
					n := s.failEach(t, m, what, code, operation)
					require.GreaterOrEqual(t, n, 2, what)
				}
			})
		}
	}
}

// step is how far it is from one call to the next that fails, if there are to be so
// many of n, or all of them if there is time.
func step(t *testing.T, n, most int) int {
	t.Helper()
	if rounds(t, 0) > 0 {
		return 1
	}
	return max(1, n/most)
}

// failEach has each call of an operation fail in its turn, and returns how many
// functions there were.
func (s *station) failEach(t *testing.T, m *p11rig.Tamper, what string, code uint, operation func(context.Context) error) (functions int) {
	t.Helper()
	require.NoError(t, operation(t.Context()))
	require.NoError(t, operation(t.Context()), "all that is kept for the next is there")
	before := map[string]int{}
	for _, fn := range called {
		before[fn] = m.Calls(fn)
	}
	require.NoError(t, operation(t.Context()))
	kept := s.kept(t)
	for _, fn := range called {
		n := m.Calls(fn) - before[fn]
		if n > 0 {
			functions++
		}
		for i := 0; i < n; i += step(t, n, 3) {
			at := fmt.Sprintf("%s: call %d of %s", what, i, fn)
			m.Fail(fn, code, i, 1)
			err := s.timed(t, forever, operation)
			require.NotErrorIs(t, err, errWrong, at)
			require.NotErrorIs(t, err, hsm.ErrWrongPIN, at)
			require.NotErrorIs(t, err, hsm.ErrBlock, at)
			require.NotErrorIs(t, err, hsm.ErrKeyExists, at)
			if err != nil {
				helps(t, err, pkcs11.CodeName(p11.Error(code)))
			}
			m.Fail(fn, code, 0, 0)
			require.NoError(t, operation(t.Context()), at)
			if err != nil && what == "life" { // the key may be there: so it was said
				if e := s.d.DeleteKey(t.Context(), fmt.Sprint(s.made, s.n.Load()-1)); !is(e, hsm.ErrKeyNotFound) {
					require.NoError(t, e, at)
				}
			}
			wait(t, func() bool { return s.kept(t) == kept }, "%s: %v: %d objects were there, and now %d", at, err, kept, s.kept(t))
		}
	}
	return functions
}

// kept returns how many objects there are when the device has what it keeps for the
// next operation.
func (s *station) kept(t *testing.T) int {
	t.Helper()
	require.NoError(t, s.translate(t.Context()))
	require.NoError(t, s.verify(t.Context()))
	return s.objects(t)
}

// wait waits until something is true, in the goroutine of the test.
func wait(t *testing.T, f func() bool, message string, args ...any) {
	t.Helper()
	for start := time.Now(); !f(); time.Sleep(time.Millisecond) {
		require.Less(t, time.Since(start), 5*time.Second, fmt.Sprintf(message, args...))
	}
}

func (s *station) objects(t *testing.T) int {
	t.Helper()
	n, err := pkcs11.Objects(s.d)
	require.NoError(t, err)
	return n
}

// Each call that it takes to open a device and do a first operation fails once. The
// device is opened or it is not; its answer is right or an error; another device on
// the library does not notice, and after Close nothing is left.
func TestEveryCallOfOpenFails(t *testing.T) {
	t.Parallel()
	for name, token := range tamperedTokens {
		for _, code := range []uint{p11.CKR_GENERAL_ERROR, p11.CKR_DEVICE_ERROR} {
			t.Run(name+" "+pkcs11.CodeName(p11.Error(code)), func(t *testing.T) {
				t.Parallel()
				m := token(t)
				s := stationed(t, open(t, m.Config()))
				first := func() error {
					d, err := pkcs11.Open(t.Context(), m.Config())
					if err != nil {
						return err
					}
					err = stationedAgain(t, d, s).translate(t.Context())
					if e := d.Close(); err == nil {
						err = e
					}
					return err
				}
				require.NoError(t, s.translate(t.Context()))
				before := map[string]int{}
				for _, fn := range called {
					before[fn] = m.Calls(fn)
				}
				require.NoError(t, first())
				kept, sessions := s.objects(t), m.Sessions()
				for _, fn := range called {
					n := m.Calls(fn) - before[fn]
					for i := 0; i < n; i += step(t, n, 2) {
						at := fmt.Sprintf("call %d of %d of %s", i, n, fn)
						m.Fail(fn, code, i, 1)
						err := first()
						require.NotErrorIs(t, err, errWrong, at)
						require.NotErrorIs(t, err, hsm.ErrBlock, at)
						m.Fail(fn, code, 0, 0)
						require.NoError(t, first(), at)
						require.NoError(t, s.translate(t.Context()), at)
						wait(t, func() bool { return s.objects(t) == kept && m.Sessions() <= sessions+1 },
							"%s: %v: %d objects and %d sessions were there, and now %d and %d", at, err, kept, sessions, s.objects(t), m.Sessions())
					}
				}
			})
		}
	}
}
