package outbox_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/secret/secrettest"
	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/outbox"
)

const id = "0123456789abcdef0123456789abcdef"

var job = issuer.MailJob{ID: id, PublicToken: "123456789", Product: "debit", PINBlock: "00112233445566778899AABBCCDDEEFF",
	Format: "ISO-4", Key: "bureau", KCV: "A1B2C3", Created: time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)}

func ecKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return k
}

func edKey(t *testing.T) ed25519.PrivateKey {
	t.Helper()
	_, k, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	return k
}

func jwk(t *testing.T, key any) []byte {
	t.Helper()
	text, err := jose.JSONWebKey{Key: key}.MarshalJSON()
	require.NoError(t, err)
	return text
}

func signed(t *testing.T, s *outbox.Signer, j issuer.MailJob) []byte {
	t.Helper()
	text, err := json.Marshal(j)
	require.NoError(t, err)
	text, err = s.Sign(text)
	require.NoError(t, err)
	return text
}

// rig is a service and a bureau.
type rig struct {
	dir    string
	signer *outbox.Signer
	public []byte
	bureau *ecdsa.PrivateKey
	mailer *outbox.Mailer
}

func newRig(t *testing.T, key crypto.Signer) *rig {
	t.Helper()
	r := &rig{dir: filepath.Join(t.TempDir(), "new", "outbox"), bureau: ecKey(t)}
	var err error
	r.signer, err = outbox.NewSigner(key)
	require.NoError(t, err)
	r.public, err = r.signer.PublicKey()
	require.NoError(t, err)
	r.mailer, err = outbox.NewMailer(r.dir, jwk(t, &r.bureau.PublicKey))
	require.NoError(t, err)
	return r
}

func (r *rig) file() string { return filepath.Join(r.dir, id+".jwe") }

func TestJob(t *testing.T) {
	t.Parallel()
	for name, key := range map[string]crypto.Signer{"EdDSA": edKey(t), "ES256": ecKey(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, key)
			require.NoError(t, r.mailer.Deliver(t.Context(), issuer.Mail{ID: id, Job: signed(t, r.signer, job)}))
			got, err := outbox.Open(r.file(), r.bureau, r.public)
			require.NoError(t, err)
			require.Equal(t, job, got)

			for path, mode := range map[string]os.FileMode{r.dir: 0o700 | os.ModeDir, r.file(): 0o600} {
				info, err := os.Stat(path)
				require.NoError(t, err)
				require.Equal(t, mode, info.Mode())
			}
			text, err := os.ReadFile(r.file())
			require.NoError(t, err)
			for _, part := range strings.Split(string(text), ".") {
				require.NotContains(t, part, "123456789")
			}
			j, err := jose.ParseEncryptedCompact(string(text), []jose.KeyAlgorithm{jose.ECDH_ES_A256KW}, []jose.ContentEncryption{jose.A256GCM})
			require.NoError(t, err)
			require.NotEmpty(t, j.Header.KeyID)
		})
	}
}

// A job that is delivered again does not become another file.
func TestDeliverAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t, edKey(t))
	mail := issuer.Mail{ID: id, Job: signed(t, r.signer, job)}
	require.NoError(t, r.mailer.Deliver(t.Context(), mail))
	before, err := os.ReadFile(r.file())
	require.NoError(t, err)
	require.NoError(t, r.mailer.Deliver(t.Context(), mail))
	after, err := os.ReadFile(r.file())
	require.NoError(t, err)
	require.Equal(t, before, after)
	require.Equal(t, []string{id + ".jwe"}, r.names(t))
}

func (r *rig) names(t *testing.T) (names []string) {
	t.Helper()
	list, err := os.ReadDir(r.dir)
	require.NoError(t, err)
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}

// Processes that deliver one job at once leave one whole file.
func TestDeliverAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, edKey(t))
	mail := issuer.Mail{ID: id, Job: signed(t, r.signer, job)}
	var wait sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wait.Go(func() { errs[i] = r.mailer.Deliver(context.Background(), mail) })
	}
	wait.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	require.Equal(t, []string{id + ".jwe"}, r.names(t))
	_, err := outbox.Open(r.file(), r.bureau, r.public)
	require.NoError(t, err)
}

func TestDeliverRefuses(t *testing.T) {
	t.Parallel()
	r := newRig(t, edKey(t))
	for _, bad := range []string{"", "../" + id[3:], id[:31], id + "0", strings.ToUpper(id), id[:31] + "/", id[:28] + ".jwe", strings.Repeat("é", 16)} {
		require.Equal(t, outbox.ErrJob, r.mailer.Deliver(t.Context(), issuer.Mail{ID: bad, Job: []byte("x")}), bad)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, r.mailer.Deliver(ctx, issuer.Mail{ID: id, Job: []byte("x")}), context.Canceled)
	require.Empty(t, r.names(t))
	require.NoError(t, os.Remove(r.dir))
	require.ErrorIs(t, r.mailer.Deliver(t.Context(), issuer.Mail{ID: id, Job: []byte("x")}), os.ErrNotExist)
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	r := newRig(t, edKey(t))
	deliver := func(job []byte) {
		require.NoError(t, r.mailer.Deliver(t.Context(), issuer.Mail{ID: id, Job: job}))
	}
	refused := func(path string, bureau *ecdsa.PrivateKey, public []byte) {
		t.Helper()
		got, err := outbox.Open(path, bureau, public)
		require.Equal(t, outbox.ErrOpen, err)
		require.Zero(t, got)
	}
	deliver(signed(t, r.signer, job))
	refused(r.file(), ecKey(t), r.public)
	refused(r.file(), r.bureau, jwk(t, edKey(t).Public()))
	refused(r.file(), r.bureau, jwk(t, edKey(t)))
	refused(r.file(), r.bureau, []byte("{"))
	refused(r.file(), nil, r.public)
	renamed := filepath.Join(r.dir, strings.Repeat("0", 32)+".jwe")
	require.NoError(t, os.Rename(r.file(), renamed))
	refused(renamed, r.bureau, r.public)

	// What another signed, nobody signed, or the signer signed as something else.
	other, err := outbox.NewSigner(edKey(t))
	require.NoError(t, err)
	key := edKey(t)
	plain, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.EdDSA, Key: key}, nil)
	require.NoError(t, err)
	text, err := json.Marshal(job)
	require.NoError(t, err)
	untyped, err := plain.Sign(text)
	require.NoError(t, err)
	compact, err := untyped.CompactSerialize()
	require.NoError(t, err)
	for _, bad := range [][]byte{signed(t, other, job), text, nil} {
		deliver(bad)
		refused(r.file(), r.bureau, r.public)
		require.NoError(t, os.Remove(r.file()))
	}
	deliver([]byte(compact))
	refused(r.file(), r.bureau, jwk(t, key.Public()))

	require.NoError(t, os.WriteFile(r.file(), make([]byte, 65<<10), 0o600))
	refused(r.file(), r.bureau, r.public)
	_, err = outbox.Open(filepath.Join(r.dir, "none"), r.bureau, r.public)
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestKeys(t *testing.T) {
	t.Parallel()
	inPEM := func(key any) []byte {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		require.NoError(t, err)
		return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	for _, good := range []crypto.Signer{edKey(t), ecKey(t)} {
		s, err := outbox.ParseSigner(inPEM(good))
		require.NoError(t, err)
		public, err := s.PublicKey()
		require.NoError(t, err)
		require.NotContains(t, string(public), `"d"`)
		hidden := []byte(nil)
		switch k := good.(type) {
		case ed25519.PrivateKey:
			hidden = k.Seed()
		case *ecdsa.PrivateKey:
			hidden, err = k.Bytes()
			require.NoError(t, err)
		}
		secrettest.NeverPrints(t, hidden, s)
	}
	for _, bad := range [][]byte{nil, []byte("x"), inPEM(rsaKey), inPEM(p384), append(inPEM(edKey(t)), inPEM(edKey(t))...)} {
		_, err := outbox.ParseSigner(bad)
		require.Equal(t, outbox.ErrSigningKey, err)
	}
	for _, bad := range []crypto.Signer{nil, (*ecdsa.PrivateKey)(nil), ed25519.PrivateKey("short"), rsaKey} {
		_, err := outbox.NewSigner(bad)
		require.Equal(t, outbox.ErrSigningKey, err)
	}
	signing, err := jose.JSONWebKey{Key: &ecKey(t).PublicKey, Use: "sig"}.MarshalJSON()
	require.NoError(t, err)
	for _, bad := range [][]byte{nil, jwk(t, ecKey(t)), jwk(t, edKey(t).Public()), jwk(t, &rsaKey.PublicKey), signing} {
		_, err := outbox.NewMailer(t.TempDir(), bad)
		require.Equal(t, outbox.ErrRecipient, err)
	}
}
