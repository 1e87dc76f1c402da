//go:build cgo && unix

package pkcs11_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	p11 "github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/internal/p11rig"
	"github.com/pinion-hsm/pinion/softhsm"
)

// built returns a library made of C source.
func built(t *testing.T, source string) string {
	t.Helper()
	dir := t.TempDir()
	from, to := filepath.Join(dir, "lib.c"), filepath.Join(dir, "lib.so")
	require.NoError(t, os.WriteFile(from, []byte(source), 0o600))
	out, err := exec.Command("cc", "-shared", "-fPIC", "-o", to, from).CombinedOutput()
	require.NoError(t, err, "this test needs a C compiler, as cgo does: %s", out)
	return to
}

// What is not a PKCS#11 library, or one that does not start, is an error that says
// so; the process lives on.
func TestWrongLibraries(t *testing.T) {
	t.Parallel()
	missing := softhsm.New(t)
	c := missing.Config()
	c.URI.ModulePath = filepath.Join(t.TempDir(), "missing.so")
	for name, test := range map[string]struct{ path, text string }{
		"missing":                  {c.URI.ModulePath, "no such file"},
		"no PKCS#11 library":       {built(t, "int nothing;"), "it is no PKCS#11 library"},
		"no functions, no list":    {built(t, "unsigned long C_GetFunctionList(void **l) { return 5; }"), "C_GetFunctionList"},
		"an empty list":            {built(t, "static char list[1024]; unsigned long C_GetFunctionList(void **l) { *l = list; return 6; }"), "C_GetFunctionList"},
		"what it needs is missing": {p11rig.NewTamper(t, c, pkcs11.Setup{}).Config().URI.ModulePath, "C_GetFunctionList"},
	} {
		for range 2 {
			_, err := pkcs11.Open(t.Context(), pkcs11.Config{URI: pkcs11.URI{Token: "x", ModulePath: test.path}})
			require.ErrorIs(t, err, pkcs11.ErrModule, name)
			require.ErrorContains(t, err, test.text, name)
			require.False(t, pkcs11.Loaded(test.path), name)
		}
		_, err := pkcs11.Tokens(test.path)
		require.ErrorIs(t, err, pkcs11.ErrModule, name)
	}
}

// A library that does not start says why, and is tried again when it is opened again.
func TestLibraryDoesNotStart(t *testing.T) {
	t.Parallel()
	m := tampered(t)
	for _, code := range []uint{p11.CKR_GENERAL_ERROR, p11.CKR_HOST_MEMORY, p11.CKR_CANT_LOCK, p11.CKR_NEED_TO_CREATE_THREADS,
		p11.CKR_LIBRARY_LOAD_FAILED, p11.CKR_ARGUMENTS_BAD, p11.CKR_DEVICE_ERROR} {
		m.Fail("C_Initialize", code, 0, 1)
		_, err := pkcs11.Open(t.Context(), m.Config())
		require.ErrorIs(t, err, pkcs11.ErrModule)
		require.ErrorContains(t, err, "C_Initialize")
		helps(t, err, pkcs11.CodeName(p11.Error(code)))
		require.False(t, pkcs11.Loaded(m.Config().URI.ModulePath))
		require.Equal(t, m.Calls("C_Finalize"), 0, "what was not initialized is not finalized")
	}
	require.NoError(t, open(t, m.Config()).Ping(t.Context()))
}

// A library that was reset because its token went, and does not start again until
// later.
func TestLibraryDoesNotStartAgain(t *testing.T) {
	t.Parallel()
	m := tampered(t)
	s := stationed(t, open(t, m.Config()))
	m.Fail("C_Initialize", p11.CKR_DEVICE_ERROR, 0, -1)
	m.Fail("C_GetSlotList", p11.CKR_DEVICE_REMOVED, 0, -1)
	m.Fail("C_DecryptInit", p11.CKR_DEVICE_REMOVED, 0, 1)
	for range 3 {
		require.ErrorIs(t, s.translate(t.Context()), hsm.ErrUnavailable)
	}
	require.Equal(t, 1, m.Calls("C_Finalize"), "it is down already")
	m.Heal()
	s.recovers(t)
}

// twoTokens returns devices on two tokens of one library.
func twoTokens(t *testing.T) (token *softhsm.Token, m *p11rig.Tamper, one, two *station) {
	t.Helper()
	token = softhsm.New(t)
	m = p11rig.NewTamper(t, token.Config(), pkcs11.Setup{Env: token.Env()})
	m.Record(false)
	c := token.Config()
	c.URI.ModulePath = m.Config().URI.ModulePath
	second := another(t, c, "second")
	one = stationed(t, open(t, c))
	c.URI.Token, c.URI.Serial = second.Label, second.Serial
	two = stationed(t, open(t, c))
	return token, m, one, two
}

// Two tokens on one library. What happens to one of them does not disturb the other,
// and the library is not reset under it: no call fails and no session is lost. When it
// works for neither, it is reset for both.
func TestTwoTokensOneLibrary(t *testing.T) {
	t.Parallel()
	_, m, one, two := twoTokens(t)
	lib := p11.New(m.Config().URI.ModulePath)
	t.Cleanup(lib.Destroy)
	slots, err := lib.GetSlotList(true)
	require.NoError(t, err)
	var slot uint
	for _, s := range slots {
		info, err := lib.GetTokenInfo(s)
		require.NoError(t, err)
		if info.Label == "second" {
			slot = s
		}
	}
	initialized := m.Calls("C_Initialize")
	c := one.ask(t, forever)
	for range rounds(t, 10) {
		more(t, &c.good, 8)
		require.NoError(t, lib.CloseAllSessions(slot))
		require.NoError(t, two.translate(t.Context()))
		s, err := lib.OpenSession(slot, session)
		require.NoError(t, err)
		require.NoError(t, lib.Logout(s))
		require.NoError(t, two.translate(t.Context()))
	}
	c.end()
	require.Zero(t, c.bad.Load(), "the other was disturbed")
	require.Equal(t, initialized, m.Calls("C_Initialize"))

	// The other is away too, for a moment: now the library is reset.
	m.Fail("C_GetTokenInfo", p11.CKR_DEVICE_REMOVED, 0, 8)
	require.NoError(t, lib.CloseAllSessions(slot))
	_ = two.translate(t.Context())
	two.recovers(t)
	one.recovers(t)
	require.Greater(t, m.Calls("C_Initialize"), initialized)
}

// A connection on which a call hangs keeps the library from being reset: the other
// device is told that its token is away, and not made to wait.
func TestHangKeepsLibrary(t *testing.T) {
	t.Parallel()
	_, m, one, two := twoTokens(t)
	finalized := m.Calls("C_Finalize")
	hung := make(chan struct{})
	err := one.timed(t, 20*time.Millisecond, func(ctx context.Context) error {
		return pkcs11.OnSession(ctx, one.d, func(*p11.Ctx, p11.SessionHandle) error { <-hung; return nil })
	})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	m.Fail("C_GetSlotList", p11.CKR_DEVICE_REMOVED, 0, -1)
	m.Fail("C_DecryptInit", p11.CKR_DEVICE_REMOVED, 0, 1)
	require.ErrorIs(t, two.timed(t, forever, two.translate), hsm.ErrUnavailable)
	require.Equal(t, finalized, m.Calls("C_Finalize"))
	m.Heal()
	require.NoError(t, two.translate(t.Context()))
	require.NoError(t, one.translate(t.Context()))
	close(hung)
	one.calm(t)
}

// Two devices on one token: the faults of one are not the other's.
func TestTwoDevicesOneToken(t *testing.T) {
	t.Parallel()
	m := tampered(t)
	one := stationed(t, open(t, m.Config()))
	d, err := pkcs11.Open(t.Context(), m.Config())
	require.NoError(t, err)
	two := stationedAgain(t, d, one)
	var wg sync.WaitGroup
	for i, s := range []*station{one, two} {
		wg.Go(func() {
			for range 20 {
				m.Fail([]string{"C_DecryptInit", "C_EncryptInit"}[i], p11.CKR_SESSION_CLOSED, 0, 1)
				if err := s.translate(t.Context()); err != nil && !excused(err) {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	m.Heal()
	require.NoError(t, d.Close())
	require.NoError(t, one.translate(t.Context()))
	one.calm(t)
	require.Equal(t, 1+pkcs11.Count(one.d).Sessions, m.Sessions(), fmt.Sprintf("%+v", pkcs11.Count(one.d)))
}
