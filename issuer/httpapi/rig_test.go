package httpapi

import (
	"bytes"
	"context"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/access"
	"github.com/pinion-hsm/pinion/issuer/session"
	"github.com/pinion-hsm/pinion/issuer/sqlstore"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// rig is the interface on a real service, store and device, and what the tests
// break about them.
type rig struct {
	t        *testing.T
	server   *httptest.Server
	api      *api
	service  *issuer.Service
	store    issuer.Store
	hsm      *hsm.HSM
	sessions *session.Sessions
	zone     keys.Key
	mail     *mailbox
	log      *lockedBuffer
	checker  *checker
	accounts map[string]string // what PIN blocks of a card are bound to, by token

	storeDown, hsmDown, hsmLost, authDown, authPanics atomic.Bool
}

// The tokens of clients.
const (
	all      = "all-scopes-0123456789abcdef"
	nothing  = "no-scopes-0123456789abcdef"
	auditor  = "admin-scope-0123456789abcdef"
	badToken = "not-a-token-0123456789abcdef"
)

type lockedBuffer struct {
	sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.Lock()
	defer b.Unlock()
	return b.Buffer.Write(p)
}

func (b *lockedBuffer) text() string {
	b.Lock()
	defer b.Unlock()
	return b.String()
}

// mailbox is a mailer and its signer.
type mailbox struct {
	sync.Mutex
	mails []issuer.Mail
}

func (m *mailbox) Deliver(_ context.Context, mail issuer.Mail) error {
	m.Lock()
	defer m.Unlock()
	m.mails = append(m.mails, mail)
	return nil
}

func (m *mailbox) Sign(job []byte) ([]byte, error) { return job, nil }

// profiles are the products of the tests.
func profiles() []issuer.Profile {
	pvv := pinverify.VisaPVV{Index: 1}
	strict := pinverify.CommonRules()
	return []issuer.Profile{
		{Name: "default", PINLength: 4, MaxTries: 3, Method: pvv, MethodKey: "pvk", Reveal: true},
		{Name: "strict", PINLength: 4, MaxTries: 3, Method: pvv, MethodKey: "pvk", Rules: strict},
		{Name: "patient", PINLength: 4, MaxTries: 15, Method: pvv, MethodKey: "pvk", Reveal: true},
	}
}

func newRig(t *testing.T, change ...func(*Options)) *rig {
	t.Helper()
	r := &rig{t: t, mail: &mailbox{}, log: &lockedBuffer{}, accounts: map[string]string{}}
	ctx := context.Background()
	device := soft.New()
	r.hsm = hsm.New(&faultyDevice{Device: device, r: r}, hsm.AllowInProcess())
	t.Cleanup(func() { _ = r.hsm.Close() })
	r.makeKeys(ctx)

	store, err := sqlstore.Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "issuer.db"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = store.Close() })
	r.store = &faultyStore{Store: store, r: r}
	r.service = r.newService(profiles())

	k, err := session.NewKeys()
	require.NoError(t, err)
	log := slog.New(slog.NewJSONHandler(r.log, nil))
	r.sessions, err = session.New(r.hsm, k, log)
	require.NoError(t, err)
	o := Options{Service: r.service, Sessions: r.sessions, Access: &faultyAccess{r: r, Authenticator: clients(t)},
		ClearPIN: true, MaxBody: 4096, Audit: r.store.Audit, Log: log}
	for _, f := range change {
		f(&o)
	}
	h, err := New(o)
	require.NoError(t, err)
	r.api = h.(*api)
	r.server = httptest.NewServer(h)
	t.Cleanup(r.server.Close)
	r.checker = newChecker(t, r.server.URL)
	return r
}

func (r *rig) newService(p []issuer.Profile) *issuer.Service {
	r.t.Helper()
	vault, err := issuer.NewVault(bytes.Repeat([]byte{7}, issuer.DataKeySize))
	require.NoError(r.t, err)
	s, err := issuer.New(r.hsm, r.store, issuer.Options{Profiles: p, StorageKey: "storage", Vault: vault,
		Mail: &issuer.MailOptions{Key: hsm.PINKey{Key: "bureau", Format: pinblock.ISO0}, Signer: r.mail, Mailer: r.mail}})
	require.NoError(r.t, err)
	r.t.Cleanup(s.Close)
	return s
}

func (r *rig) makeKeys(ctx context.Context) {
	r.t.Helper()
	p0, v2, b0 := mustUsage(r.t, "P0"), mustUsage(r.t, "V2"), mustUsage(r.t, "B0")
	for _, s := range []hsm.KeySpec{
		{Label: "storage", Algorithm: keys.AES128, Usage: p0},
		{Label: "bureau", Algorithm: keys.TDES2, Usage: p0},
		{Label: "bdk", Algorithm: keys.TDES2, Usage: b0},
	} {
		_, err := r.hsm.GenerateKey(ctx, s)
		require.NoError(r.t, err, s.Label)
	}
	// Always the same, so that two PINs of a test have one PVV always or never.
	pvk, err := cleartext.ParseTDES("0123456789ABCDEFFEDCBA9876543210", v2)
	require.NoError(r.t, err)
	_, err = r.hsm.ImportKey(ctx, hsm.KeySpec{Label: "pvk"}, pvk)
	require.NoError(r.t, err)
	r.zone, err = keys.Generate(keys.TDES2, p0)
	require.NoError(r.t, err)
	_, err = r.hsm.ImportKey(ctx, hsm.KeySpec{Label: "zpk"}, r.zone)
	require.NoError(r.t, err)
}

func mustUsage(t *testing.T, name string) keys.Usage {
	t.Helper()
	u, err := keys.ParseUsage(name)
	require.NoError(t, err)
	return u
}

func clients(t *testing.T) access.Authenticator {
	t.Helper()
	var tokens []access.Token
	for name, scopes := range map[string][]access.Scope{
		all: access.AllScopes(), nothing: nil, auditor: {access.Admin},
	} {
		token, err := access.NewToken(strings.TrimSuffix(name, "-0123456789abcdef"), []byte(name), scopes...)
		require.NoError(t, err)
		tokens = append(tokens, token)
	}
	return access.NewStatic(tokens...)
}
