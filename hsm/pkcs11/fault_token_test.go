//go:build cgo && unix

package pkcs11_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	p11 "github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
)

// A token that says that it is not there, or that what was set up is gone: once, and
// nobody notices; for ever, and it is unavailable with the code and what to do, until
// it is there again.
func TestAbsent(t *testing.T) {
	t.Parallel()
	for _, code := range []uint{p11.CKR_USER_NOT_LOGGED_IN, p11.CKR_SESSION_HANDLE_INVALID, p11.CKR_SESSION_CLOSED, p11.CKR_DEVICE_ERROR,
		p11.CKR_DEVICE_REMOVED, p11.CKR_TOKEN_NOT_PRESENT, p11.CKR_SLOT_ID_INVALID, p11.CKR_CRYPTOKI_NOT_INITIALIZED} {
		name := pkcs11.CodeName(p11.Error(code))
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := tampered(t)
			s := stationed(t, open(t, m.Config()))
			for _, fn := range []string{"C_DecryptInit", "C_Decrypt", "C_EncryptInit", "C_Encrypt"} {
				before := m.Calls(fn)
				m.Fail(fn, code, 0, 1)
				require.NoError(t, s.translate(t.Context()), fn)
				require.Greater(t, m.Calls(fn), before+1, "it was tried again")
				m.Fail(fn, code, 0, -1)
				for range 3 {
					err := s.translate(t.Context())
					require.ErrorIs(t, err, hsm.ErrUnavailable, fn)
					helps(t, err, name)
				}
				m.Heal()
				require.NoError(t, s.translate(t.Context()), fn)
			}
			// What is not safe to do twice is not done twice.
			m.Fail("C_GenerateKey", code, 0, 1)
			before := m.Calls("C_GenerateKey")
			err := s.life(t.Context())
			require.ErrorIs(t, err, hsm.ErrUnavailable)
			helps(t, err, name)
			require.Equal(t, before+1, m.Calls("C_GenerateKey"))
			require.NoError(t, s.life(t.Context()))
			require.Equal(t, 3, listed(t, s.d))
		})
	}
}

// helps fails unless the error names the code and says what to do.
func helps(t *testing.T, err error, code string) {
	t.Helper()
	var told *hsm.Error
	require.ErrorAs(t, err, &told)
	require.Equal(t, code, told.Code)
	require.NotEmpty(t, told.Hint, "%v", err)
}

func listed(t *testing.T, d *pkcs11.Device) int {
	t.Helper()
	list, err := d.ListKeys(t.Context())
	require.NoError(t, err)
	return len(list)
}

// A token that is taken away while it is connected to anew, at each of the calls that
// takes.
func TestAbsentWhileConnecting(t *testing.T) {
	t.Parallel()
	for _, fn := range []string{"C_GetSlotList", "C_GetTokenInfo", "C_OpenSession", "C_Login", "C_FindObjectsInit"} {
		for _, code := range []uint{p11.CKR_DEVICE_REMOVED, p11.CKR_GENERAL_ERROR, p11.CKR_HOST_MEMORY} {
			t.Run(fmt.Sprintf("%s %s", fn, pkcs11.CodeName(p11.Error(code))), func(t *testing.T) {
				t.Parallel()
				m := tampered(t)
				s := stationed(t, open(t, m.Config()))
				m.Fail(fn, code, 0, -1)
				m.Fail("C_DecryptInit", p11.CKR_DEVICE_REMOVED, 0, 1)
				err := s.translate(t.Context())
				require.Error(t, err)
				helps(t, err, pkcs11.CodeName(p11.Error(code)))
				m.Fail("C_DecryptInit", p11.CKR_DEVICE_REMOVED, 0, 1)
				m.Fail(fn, code, 0, 1)
				_ = s.translate(t.Context())
				require.NoError(t, s.translate(t.Context()))
				m.Heal()
				s.recovers(t)
				s.calm(t)
				require.Eventually(t, func() bool { return m.Sessions() <= 1+pkcs11.Count(s.d).Sessions }, forever, time.Millisecond)
			})
		}
	}
}

// A token in trouble in the middle of an operation: the error is about that one, the
// session is not used again, and the next operation works.
func TestTrouble(t *testing.T) {
	t.Parallel()
	for _, code := range []uint{p11.CKR_HOST_MEMORY, p11.CKR_DEVICE_MEMORY, p11.CKR_FUNCTION_FAILED, p11.CKR_GENERAL_ERROR,
		p11.CKR_OPERATION_ACTIVE, p11.CKR_OPERATION_NOT_INITIALIZED, p11.CKR_FUNCTION_CANCELED, p11.CKR_BUFFER_TOO_SMALL, 0x80000123} {
		name := pkcs11.CodeName(p11.Error(code))
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := tampered(t)
			c := m.Config()
			c.Sessions = 1
			s := stationed(t, open(t, c))
			require.NoError(t, s.translate(t.Context()))
			for _, fn := range []string{"C_DecryptInit", "C_Decrypt", "C_EncryptInit", "C_Encrypt"} {
				opened, logins := m.Calls("C_OpenSession"), m.Calls("C_Login")
				m.Fail(fn, code, 0, 1)
				err := s.translate(t.Context())
				require.ErrorIs(t, err, hsm.ErrDevice, fn)
				helps(t, err, name)
				require.NoError(t, s.translate(t.Context()), fn)
				require.Equal(t, opened+1, m.Calls("C_OpenSession"), "a new session in place of the one that failed")
				require.Equal(t, logins, m.Calls("C_Login"), "and no new connection")
				require.Equal(t, 2, m.Sessions())
			}
		})
	}
}

// The session of an operation is in the middle of another, which other code or the
// library itself began.
func TestOperationActive(t *testing.T) {
	t.Parallel()
	m := tampered(t)
	c := m.Config()
	c.Sessions = 1
	s := stationed(t, open(t, c))
	require.NoError(t, pkcs11.OnSession(t.Context(), s.d, func(ctx *p11.Ctx, h p11.SessionHandle) error {
		return ctx.FindObjectsInit(h, nil) // and says nothing of it
	}))
	_, err := s.d.ListKeys(t.Context())
	require.ErrorIs(t, err, hsm.ErrDevice)
	helps(t, err, "CKR_OPERATION_ACTIVE")
	_, err = s.d.ListKeys(t.Context())
	require.NoError(t, err)
}

// A token that has fewer sessions than callers, and does not say so: all are served.
func TestFewSessions(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2, 4} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			m := tampered(t)
			m.MaxSessions(n)
			s := stationed(t, open(t, m.Config()))
			var wg sync.WaitGroup
			for range 16 {
				wg.Go(func() {
					for i := range 16 {
						if err := s.any(t.Context(), i); err != nil {
							t.Errorf("operation %d: %v", i, err)
						}
					}
				})
			}
			wg.Wait()
			require.LessOrEqual(t, m.Sessions(), n)

			// As soon as there are more, they are used.
			m.MaxSessions(-1)
			if n > 1 {
				require.Eventually(t, func() bool { return s.storm(t, 32, forever) == 0 && m.Sessions() > n }, forever, time.Millisecond)
			}
		})
	}
}

// Somebody else has all the token's sessions.
func TestSessionsExhausted(t *testing.T) {
	t.Parallel()
	m := tampered(t)
	d, err := pkcs11.Open(t.Context(), m.Config())
	require.NoError(t, err)
	s := stationed(t, d)

	m.MaxSessions(0) // none any more; those that there are stay
	require.Zero(t, s.storm(t, 64, forever))
	_, err = pkcs11.Open(t.Context(), m.Config())
	require.ErrorIs(t, err, hsm.ErrUnavailable)
	helps(t, err, "CKR_SESSION_COUNT")

	// The connection is lost, and there is no session for another.
	m.Fail("C_DecryptInit", p11.CKR_DEVICE_REMOVED, 0, 1)
	for range 3 {
		err = s.translate(t.Context())
		require.ErrorIs(t, err, hsm.ErrUnavailable)
		helps(t, err, "CKR_SESSION_COUNT")
	}
	m.MaxSessions(-1)
	s.recovers(t)
	require.NoError(t, d.Close())
}

// A session that failed cannot be replaced, because somebody else has taken its place.
func TestLastSessionTaken(t *testing.T) {
	t.Parallel()
	m := tampered(t)
	c := m.Config()
	c.Sessions = 1
	s := stationed(t, open(t, c))
	m.MaxSessions(0)
	m.Fail("C_Decrypt", p11.CKR_FUNCTION_FAILED, 0, 1)
	require.ErrorIs(t, s.translate(t.Context()), hsm.ErrDevice)
	for range 3 {
		err := s.timed(t, forever, s.translate)
		require.ErrorIs(t, err, hsm.ErrUnavailable)
		helps(t, err, "CKR_SESSION_COUNT")
	}
	m.MaxSessions(-1)
	require.NoError(t, s.translate(t.Context()))
}

// A wrong credential is tried once: not again by operations, by many at once, or
// because the connection is lost on the way.
func TestWrongCredentialIsTriedOnce(t *testing.T) {
	t.Parallel()
	for _, code := range []uint{p11.CKR_PIN_INCORRECT, p11.CKR_PIN_LOCKED, p11.CKR_PIN_EXPIRED, p11.CKR_PIN_LEN_RANGE, p11.CKR_PIN_INVALID,
		p11.CKR_USER_PIN_NOT_INITIALIZED, p11.CKR_PIN_TOO_WEAK, 0x80000042} {
		name := pkcs11.CodeName(p11.Error(code))
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := tampered(t)
			d, err := pkcs11.Open(t.Context(), m.Config())
			require.NoError(t, err)
			s := stationed(t, d)
			m.Fail("C_Login", code, 0, -1)
			m.Fail("C_DecryptInit", p11.CKR_USER_NOT_LOGGED_IN, 0, -1)
			before := m.Calls("C_Login")
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() {
					for range 5 {
						if err := s.translate(t.Context()); !is(err, pkcs11.ErrCredential) {
							t.Error(err)
						}
					}
				})
			}
			wg.Wait()
			require.Equal(t, before+1, m.Calls("C_Login"))
			err = s.translate(t.Context())
			require.ErrorIs(t, err, pkcs11.ErrCredential)
			helps(t, err, name)
			require.NoError(t, d.Close())

			before = m.Calls("C_Login")
			_, err = pkcs11.Open(t.Context(), m.Config())
			require.ErrorIs(t, err, pkcs11.ErrCredential)
			require.Equal(t, before+1, m.Calls("C_Login"))
			m.Heal()
			open(t, m.Config())
		})
	}
}
