//go:build cgo && unix

package pkcs11_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	p11 "github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/internal/p11rig"
	"github.com/pinion-hsm/pinion/nss"
)

func tamperedNSS(t *testing.T) *p11rig.Tamper {
	t.Helper()
	token := nss.New(t)
	return p11rig.NewTamper(t, token.Config(), token.Setup())
}

// failedTest returns why a test failed.
func failedTest(t *testing.T, r pkcs11.Report, name string) string {
	t.Helper()
	for _, x := range r.Tests {
		if x.Name == name {
			require.False(t, x.OK)
			return x.Why
		}
	}
	t.Fatalf("there is no test %q", name)
	return ""
}

// A token that does not keep secrets: nothing is done on it, and the report says
// why.
func TestReportOfReadableToken(t *testing.T) {
	t.Parallel()
	m := tamperedNSS(t)
	m.Readable(true)
	d := open(t, m.Config())
	r := report(t, d)
	require.False(t, r.Abilities.TDES.OK)
	require.Contains(t, r.Abilities.TDES.Why, "can be read")
	require.Subset(t, codes(r), []string{"danger readable_secrets", "danger token_shows_keys", "danger token_unprotects_keys"})
	require.Equal(t, "it did not refuse", failedTest(t, r, "refuse to show a sensitive key"))
	e, why := d.Exposure(hsm.Work{Op: hsm.OpTranslate})
	require.Equal(t, hsm.InProcess, e)
	require.Contains(t, why, "can be read")
}

// A token that answers wrongly.
func TestReportOfWrongAnswers(t *testing.T) {
	t.Parallel()
	m := tamperedNSS(t)
	m.Corrupt("C_DeriveKey")
	r := report(t, open(t, m.Config()))
	require.False(t, r.Abilities.TDES.OK)
	require.Contains(t, codes(r), "warning wrong_answer")
	require.Contains(t, failedTest(t, r, "cut, join and mask a secret, which stays hidden"), "does not do what it should")
}

// A report leaves nothing on the token, and makes no mechanism up.
func TestReportLeavesNothing(t *testing.T) {
	t.Parallel()
	m := tamperedNSS(t)
	d := open(t, m.Config())
	live, made, log := m.Live(), m.Created(), len(m.Log())
	report(t, d)
	require.Greater(t, m.Created(), made)
	require.Equal(t, live, m.Live())
	require.False(t, bytes.Contains(m.Log()[log:], []byte("attribute-out:0x11 ")), "no value of a key is read")

	show := m.Hide(p11.CKM_AES_KEY_GEN)
	defer show()
	r := report(t, d)
	require.Contains(t, failedTest(t, r, "refuse to show a sensitive key"), "it could not be tried: C_GenerateKey: CKR_MECHANISM_INVALID")
	require.Len(t, r.Latency, 2)
	require.NotContains(t, codes(r), "danger token_wraps_unextractable", "what could not be tried is no finding")
	require.Equal(t, live, m.Live())
}

// A token that goes away in the middle is looked at anew; what it does not do is
// left out.
func TestReportOfFailingToken(t *testing.T) {
	t.Parallel()
	m := tamperedNSS(t)
	d := open(t, m.Config())
	for _, fn := range []string{"C_GetTokenInfo", "C_GetSlotInfo", "C_FindObjectsInit", "C_GenerateKey", "C_GenerateRandom", "C_EncryptInit"} {
		m.Fail(fn, p11.CKR_DEVICE_REMOVED, 0, 1)
		require.Len(t, report(t, d).Latency, 3, fn)
	}
	m.Fail("C_GenerateRandom", p11.CKR_RANDOM_NO_RNG, 0, -1)
	require.Len(t, report(t, d).Latency, 2)
	m.Heal()
	m.Fail("C_GetSlotInfo", p11.CKR_DEVICE_REMOVED, 0, -1)
	_, err := d.Report(t.Context())
	require.ErrorIs(t, err, hsm.ErrUnavailable)
}

// Whoever does not want to wait any more does not.
func TestReportOfStoppedToken(t *testing.T) {
	t.Parallel()
	m := tamperedNSS(t)
	d := open(t, m.Config())
	release := m.Hang("C_GenerateRandom")
	defer release()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err := d.Report(ctx)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	release()
	report(t, d)
}

// What a token says of itself may be a finding.
func TestTokenFindings(t *testing.T) {
	t.Parallel()
	fine := uint(p11.CKF_TOKEN_INITIALIZED | p11.CKF_RNG | p11.CKF_LOGIN_REQUIRED | p11.CKF_USER_PIN_INITIALIZED)
	token := func(flags uint) (r pkcs11.Report) {
		r.Token.Flags = pkcs11.FlagWords(flags)
		r.Token.LoginRequired = flags&p11.CKF_LOGIN_REQUIRED != 0
		return r
	}
	few := token(fine)
	few.Token.MaxSessions = pkcs11.Amount{N: 8, Said: true}
	far := token(fine)
	far.Latency = []pkcs11.Latency{{Call: "C_GetTokenInfo", Calls: 100, P50: 7 * time.Millisecond, P99: time.Second}}
	enough := token(fine)
	enough.Token.MaxSessions = pkcs11.Amount{N: 1024, Said: true}
	enough.Token.MaxReadWrite = pkcs11.Amount{Said: true, Unlimited: true}
	for name, c := range map[string]struct {
		r    pkcs11.Report
		want []string
	}{
		"fine":      {token(fine), nil},
		"enough":    {enough, nil},
		"no login":  {token(fine &^ p11.CKF_LOGIN_REQUIRED), []string{"danger no_login"}},
		"no random": {token(fine &^ p11.CKF_RNG), []string{"warning no_random"}},
		"protected": {token(fine | p11.CKF_WRITE_PROTECTED), []string{"note write_protected"}},
		"tries":     {token(fine | p11.CKF_USER_PIN_COUNT_LOW), []string{"warning credential_tries"}},
		"final try": {token(fine | p11.CKF_USER_PIN_COUNT_LOW | p11.CKF_USER_PIN_FINAL_TRY), []string{"danger credential_final_try"}},
		"locked":    {token(fine | p11.CKF_USER_PIN_COUNT_LOW | p11.CKF_USER_PIN_FINAL_TRY | p11.CKF_USER_PIN_LOCKED), []string{"danger credential_locked"}},
		"old":       {token(fine | p11.CKF_USER_PIN_TO_BE_CHANGED), []string{"warning credential_to_change"}},
		"broken":    {token(fine | p11.CKF_ERROR_STATE), []string{"danger self_test"}},
		"few":       {few, []string{"note few_sessions"}},
		"far":       {far, []string{"note slow"}},
	} {
		c.r.Findings = pkcs11.TokenFindings(c.r)
		require.ElementsMatch(t, c.want, codes(c.r), name)
	}
}
