//go:build cgo && unix

package p11rig_test

import (
	"encoding/hex"
	"path/filepath"
	"sync"
	"testing"
	"time"

	p11 "github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/internal/p11rig"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/softhsm"
)

// Left alone it is the token behind it: keys made through it are there without
// it, and several are apart.
func TestTamperIsTheToken(t *testing.T) {
	t.Parallel()
	token := softhsm.New(t)
	m := p11rig.NewTamper(t, token.Config(), setup(token))
	d, err := pkcs11.Open(t.Context(), m.Config())
	require.NoError(t, err)
	info, err := d.GenerateKey(t.Context(), hsm.KeySpec{Label: "zpk", Algorithm: keys.TDES2, Usage: keys.UsagePIN})
	require.NoError(t, err)
	require.Positive(t, m.Sessions())
	require.NoError(t, d.Close())
	require.Zero(t, m.Sessions())

	list, err := open(t, token.Config()).ListKeys(t.Context())
	require.NoError(t, err)
	require.Equal(t, []hsm.KeyInfo{info}, list)
	list, err = open(t, tampered(t).Config()).ListKeys(t.Context())
	require.NoError(t, err)
	require.Empty(t, list)
}

// Opened and closed and opened again, it works, and counts on.
func TestTamperAgain(t *testing.T) {
	t.Parallel()
	m := tampered(t)
	for n := 1; n <= 3; n++ {
		d, err := pkcs11.Open(t.Context(), m.Config())
		require.NoError(t, err)
		require.NoError(t, d.Ping(t.Context()))
		require.Equal(t, n, m.Calls("C_Initialize"))
		require.NoError(t, d.Close())
		require.Equal(t, n, m.Calls("C_Finalize"))
	}
}

func TestFail(t *testing.T) {
	t.Parallel()
	m := tampered(t)
	r := rawOf(t, m.Config())
	draw := func() error { _, err := r.GenerateRandom(r.s, 8); return err }
	failed := p11.Error(p11.CKR_DEVICE_ERROR)

	before := m.Calls("C_GenerateRandom")
	m.Fail("C_GenerateRandom", p11.CKR_DEVICE_ERROR, 2, 3)
	for i, want := range []error{nil, nil, failed, failed, failed, nil, nil} {
		require.Equal(t, want, draw(), i)
	}
	require.Equal(t, before+7, m.Calls("C_GenerateRandom"))

	m.Fail("C_GenerateRandom", p11.CKR_DEVICE_ERROR, 0, -1)
	for range 5 {
		require.Equal(t, failed, draw())
	}
	m.Fail("C_GenerateRandom", 0, 0, 0)
	require.NoError(t, draw())

	// It claims to have closed the session.
	m.Fail("C_CloseSession", p11.CKR_OK, 0, 1)
	require.NoError(t, r.CloseSession(r.s))
	require.NoError(t, draw())

	// Of many calls at once exactly as many fail.
	m.Fail("C_GetSlotList", p11.CKR_GENERAL_ERROR, 10, 20)
	var wg sync.WaitGroup
	var mu sync.Mutex
	bad := 0
	for range 8 {
		wg.Go(func() {
			for range 10 {
				if _, err := r.GetSlotList(true); err != nil {
					mu.Lock()
					bad++
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	require.Equal(t, 20, bad)
}

func TestHang(t *testing.T) {
	t.Parallel()
	m := tampered(t)
	r := rawOf(t, m.Config())
	draw := func() error { _, err := r.GenerateRandom(r.s, 8); return err }
	for round := range 3 { // a call that was released does not fall into the next
		release := m.Hang("C_GenerateRandom")
		done := make(chan error, 3)
		for range cap(done) {
			go func() { done <- draw() }()
		}
		require.Eventually(t, func() bool { return m.Hanging() == cap(done) }, 10*time.Second, time.Millisecond)
		require.Empty(t, done, round)
		_, err := r.GetSessionInfo(r.s)
		require.NoError(t, err, "other functions work")
		release()
		next := m.Hang("C_GenerateRandom")
		for range cap(done) {
			require.NoError(t, <-done)
		}
		require.Zero(t, m.Hanging())
		release() // it is not its any more
		go func() { done <- draw() }()
		require.Eventually(t, func() bool { return m.Hanging() == 1 }, 10*time.Second, time.Millisecond)
		next()
		require.NoError(t, <-done)
	}

	m.Delay("C_GenerateRandom", 30*time.Millisecond)
	start := time.Now()
	require.NoError(t, draw())
	require.GreaterOrEqual(t, time.Since(start), 30*time.Millisecond)
	m.Heal()
	require.NoError(t, draw())
}

func TestHide(t *testing.T) {
	t.Parallel()
	m := tampered(t)
	r := rawOf(t, m.Config())
	key := r.key(t, p11.CKK_AES, random(t, 16))
	ecb := []*p11.Mechanism{p11.NewMechanism(p11.CKM_AES_ECB, nil)}
	invalid := p11.Error(p11.CKR_MECHANISM_INVALID)
	uses := map[string]func() error{
		"encrypt": func() error {
			err := r.EncryptInit(r.s, ecb, key)
			if err == nil {
				_, err = r.Encrypt(r.s, make([]byte, 16))
			}
			return err
		},
		"wrap": func() error { _, err := r.WrapKey(r.s, ecb, key, key); return err },
	}
	for name, c := range map[string]struct {
		hide                func(uint) func()
		listed, told, works bool
	}{
		"hide":    {hide: m.Hide},
		"promise": {hide: m.Promise, listed: true, told: true},
		"deny":    {hide: m.Deny, works: true},
		"nothing": {hide: func(uint) func() { return func() {} }, listed: true, told: true, works: true},
	} {
		undo := c.hide(p11.CKM_AES_ECB)
		list, err := r.GetMechanismList(r.slot)
		require.NoError(t, err)
		listed := false
		for _, m := range list {
			listed = listed || m.Mechanism == p11.CKM_AES_ECB
		}
		require.Equal(t, c.listed, listed, name)
		_, err = r.GetMechanismInfo(r.slot, ecb)
		require.Equal(t, c.told, err == nil, name)
		for use, f := range uses {
			err := f()
			if use == "wrap" && c.works { // SoftHSM2 wraps with AES_KEY_WRAP only: it is asked
				continue
			}
			if c.works {
				require.NoError(t, err, "%s %s", name, use)
			} else {
				require.Equal(t, invalid, err, "%s %s", name, use)
			}
		}
		undo()
	}

	show := m.Hide(p11.CKM_AES_KEY_GEN)
	_, err := r.GenerateKey(r.s, []*p11.Mechanism{p11.NewMechanism(p11.CKM_AES_KEY_GEN, nil)}, nil)
	require.Equal(t, invalid, err)
	show()
	show = m.Hide(p11.CKM_AES_ECB_ENCRYPT_DATA)
	data := make([]byte, 16)
	_, err = r.derive(key, p11.CKM_AES_ECB_ENCRYPT_DATA, data, p11.CKK_GENERIC_SECRET, 16)
	require.Equal(t, invalid, err)
	show()
	_, err = r.derive(key, p11.CKM_AES_ECB_ENCRYPT_DATA, data, p11.CKK_GENERIC_SECRET, 16)
	require.NoError(t, err)
}

func TestReadable(t *testing.T) {
	t.Parallel()
	m := tampered(t)
	r := rawOf(t, m.Config())
	wrapping := r.key(t, p11.CKK_AES, random(t, 16))
	generate := func() (p11.ObjectHandle, error) {
		return r.GenerateKey(r.s, []*p11.Mechanism{p11.NewMechanism(p11.CKM_AES_KEY_GEN, nil)}, []*p11.Attribute{
			p11.NewAttribute(p11.CKA_VALUE_LEN, 16), p11.NewAttribute(p11.CKA_TOKEN, false),
			p11.NewAttribute(p11.CKA_SENSITIVE, true), p11.NewAttribute(p11.CKA_EXTRACTABLE, false)})
	}
	derive := func() (p11.ObjectHandle, error) {
		return r.derive(wrapping, p11.CKM_AES_ECB_ENCRYPT_DATA, make([]byte, 16), p11.CKK_GENERIC_SECRET, 16)
	}
	create := func() (p11.ObjectHandle, error) { return r.key(t, p11.CKK_AES, random(t, 16)), nil }
	unwrap := func() (p11.ObjectHandle, error) {
		wrap := []*p11.Mechanism{p11.NewMechanism(p11.CKM_AES_KEY_WRAP, nil)}
		wrapped, err := r.WrapKey(r.s, wrap, wrapping, wrapping)
		require.NoError(t, err)
		return r.UnwrapKey(r.s, wrap, wrapping, wrapped, secret(p11.CKK_AES))
	}
	read := func(h p11.ObjectHandle) error {
		a, err := r.GetAttributeValue(r.s, h, []*p11.Attribute{p11.NewAttribute(p11.CKA_VALUE, nil)})
		if err == nil {
			require.Len(t, a[0].Value, 16)
		}
		return err
	}
	for name, makes := range map[string]func() (p11.ObjectHandle, error){
		"generate": generate, "derive": derive, "create": create, "unwrap": unwrap,
	} {
		h, err := makes()
		require.NoError(t, err, name)
		require.Equal(t, p11.Error(p11.CKR_ATTRIBUTE_SENSITIVE), read(h), name)
		m.Readable(true)
		h, err = makes()
		require.NoError(t, err, name)
		require.NoError(t, read(h), name)
		m.Readable(false)
	}
	m.Readable(true)
	_, err := r.CreateObject(r.s, []*p11.Attribute{p11.NewAttribute(p11.CKA_CLASS, p11.CKO_DATA),
		p11.NewAttribute(p11.CKA_TOKEN, false), p11.NewAttribute(p11.CKA_VALUE, "no key")})
	require.NoError(t, err, "what is no key is left alone")
}

func TestCorrupt(t *testing.T) {
	t.Parallel()
	m := tampered(t)
	r := rawOf(t, m.Config())
	key := r.key(t, p11.CKK_AES, random(t, 16))
	wrap := func() ([]byte, error) {
		return r.WrapKey(r.s, []*p11.Mechanism{p11.NewMechanism(p11.CKM_AES_KEY_WRAP, nil)}, key, key)
	}
	for fn, f := range map[string]func() ([]byte, error){
		"C_Encrypt": func() ([]byte, error) { return r.ecb(key, make([]byte, 32), false) },
		"C_Decrypt": func() ([]byte, error) { return r.ecb(key, make([]byte, 32), true) },
		"C_WrapKey": wrap,
	} {
		right, err := f()
		require.NoError(t, err, fn)
		mend := m.Corrupt(fn)
		wrong, err := f()
		require.NoError(t, err, fn)
		require.Len(t, wrong, len(right))
		require.Equal(t, 1, different(right, wrong), fn)
		mend()
		again, err := f()
		require.NoError(t, err, fn)
		require.Equal(t, right, again, fn)
	}
}

func TestMaxSessions(t *testing.T) {
	t.Parallel()
	m := tampered(t)
	r := rawOf(t, m.Config())
	n := m.Sessions()
	require.GreaterOrEqual(t, n, 2)
	full := p11.Error(p11.CKR_SESSION_COUNT)
	another := func() (p11.SessionHandle, error) { return r.OpenSession(r.slot, p11.CKF_SERIAL_SESSION) }
	m.MaxSessions(n + 1)
	s, err := another()
	require.NoError(t, err)
	_, err = another()
	require.Equal(t, full, err)
	require.NoError(t, r.CloseSession(s))
	require.Error(t, r.CloseSession(s), "it is not counted twice")
	require.Equal(t, n, m.Sessions())
	m.MaxSessions(0)
	_, err = another()
	require.Equal(t, full, err)
	m.MaxSessions(-1)
	_, err = another()
	require.NoError(t, err)
	require.Equal(t, n+1, m.Sessions())
	require.NoError(t, r.CloseAllSessions(r.slot))
	require.Zero(t, m.Sessions())
}

func TestLive(t *testing.T) {
	t.Parallel()
	m := tampered(t)
	r := rawOf(t, m.Config())
	created, live := m.Created(), m.Live()
	base := r.key(t, p11.CKK_AES, random(t, 16))
	derived, err := r.derive(base, p11.CKM_AES_ECB_ENCRYPT_DATA, make([]byte, 16), p11.CKK_GENERIC_SECRET, 16)
	require.NoError(t, err)
	require.Equal(t, live+2, m.Live())
	require.NoError(t, r.DestroyObject(r.s, derived))
	require.Error(t, r.DestroyObject(r.s, derived))
	require.NoError(t, r.DestroyObject(r.s, base))
	require.Equal(t, live, m.Live())
	require.Equal(t, created+2, m.Created())
}

// The log has what the spy's has not: the data behind a derivation's parameter.
func TestLog(t *testing.T) {
	t.Parallel()
	m := tampered(t)
	c := m.Config()
	credential := read(t, c.URI.CredentialSource)
	r := rawOf(t, c)
	value, data, block := random(t, 16), random(t, 16), random(t, 32)
	key := r.key(t, p11.CKK_AES, value)
	_, err := r.derive(key, p11.CKM_AES_ECB_ENCRYPT_DATA, data, p11.CKK_GENERIC_SECRET, 16)
	require.NoError(t, err)
	out, err := r.ecb(key, block, false)
	require.NoError(t, err)
	draw, err := r.GenerateRandom(r.s, 24)
	require.NoError(t, err)
	log := string(m.Log())
	for _, line := range []string{
		"C_Login credential " + hex.EncodeToString(credential),
		"C_CreateObject attribute-in:0x11 " + hex.EncodeToString(value),
		"C_DeriveKey parameter:0x1104 " + hex.EncodeToString(data),
		"C_Encrypt in " + hex.EncodeToString(block),
		"C_Encrypt out " + hex.EncodeToString(out),
		"C_GenerateRandom out " + hex.EncodeToString(draw),
	} {
		require.Contains(t, "\n"+log, "\n"+line+"\n")
	}
	require.NotContains(t, log, "opaque")

	m.Record(false)
	hidden, err := r.GenerateRandom(r.s, 24)
	require.NoError(t, err)
	require.Empty(t, p11rig.Find(m.Log(), hidden))
	m.Record(true)

	// Lines of many threads do not mix.
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				_, _ = r.GenerateRandom(r.s, 3000)
			}
		})
	}
	wg.Wait()
	require.Regexp(t, `^(C_\w+ [a-z-]+(:0x[0-9a-f]+)? ([0-9a-f]{2})+\n)+$`, string(m.Log()))
}

func TestTamperMistakes(t *testing.T) {
	t.Parallel()
	token := softhsm.New(t)
	r := &recorder{TB: t, dir: t.TempDir()}
	require.Panics(t, func() { p11rig.NewTamper(r, pkcs11.Config{}, pkcs11.Setup{}) })
	require.Contains(t, r.failure, "whole path")
	m := p11rig.NewTamper(r, token.Config(), setup(token))
	require.Panics(t, func() { m.Fail("C_NoSuchThing", 1, 0, 1) })
	require.Contains(t, r.failure, "no function")
	require.Panics(t, func() { m.Corrupt("C_Login") })
	for i := range 32 {
		m.Hide(uint(i))
	}
	require.Panics(t, func() { m.Hide(32) })
	m.Heal()
	m.Hide(32)

	c := token.Config()
	c.URI.ModulePath = filepath.Join(t.TempDir(), "missing.so")
	_, err := pkcs11.Open(t.Context(), p11rig.NewTamper(t, c, setup(token)).Config())
	require.ErrorIs(t, err, pkcs11.ErrModule)
}
