//go:build cgo

package nss_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/nss"
	"github.com/pinion-hsm/pinion/pinblock"
)

var zpk = hsm.KeySpec{Label: "zpk", Algorithm: keys.TDES2, Usage: keys.UsagePIN}

func open(t *testing.T, token *nss.Token) *pkcs11.Device {
	t.Helper()
	d, err := pkcs11.Open(t.Context(), token.Config())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	return d
}

// Tokens in one process, at one time: each has its own keys and sees no other's.
func TestParallel(t *testing.T) {
	t.Parallel()
	const n = 32
	infos := make([]hsm.KeyInfo, n)
	devices := make([]*pkcs11.Device, n)
	var wg sync.WaitGroup
	for i := range n {
		token := nss.New(t)
		devices[i] = open(t, token)
		wg.Go(func() {
			info, err := devices[i].GenerateKey(t.Context(), zpk)
			infos[i] = info
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	kcvs := map[string]bool{}
	for i, d := range devices {
		list, err := d.ListKeys(t.Context())
		require.NoError(t, err)
		require.Equal(t, []hsm.KeyInfo{infos[i]}, list)
		kcvs[infos[i].KCV] = true
	}
	require.Len(t, kcvs, n)
}

// Tokens made, used and thrown away by many goroutines at the same time.
func TestChurn(t *testing.T) {
	t.Parallel()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 4 {
				if err := once(t); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

func once(t *testing.T) error {
	token, err := nss.Temporary()
	if err != nil {
		return err
	}
	d, err := pkcs11.Open(t.Context(), token.Config())
	if err != nil {
		return err
	}
	if _, err := d.GenerateKey(t.Context(), zpk); err != nil {
		return err
	}
	if err := d.Close(); err != nil {
		return err
	}
	if err := token.Close(); err != nil {
		return err
	}
	if _, err := os.Stat(token.Dir()); !os.IsNotExist(err) {
		return fmt.Errorf("%s is still there: %v", token.Dir(), err)
	}
	return nil
}

// A token that is closed leaves the ones that are open their random generator and
// their tables, which NSS's libraries share unless each token has its own.
func TestCloseLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	first, second := nss.New(t), nss.New(t)
	other := open(t, second)
	d, err := pkcs11.Open(t.Context(), first.Config())
	require.NoError(t, err)
	require.NoError(t, d.Close()) // finalizes the library
	for i, algorithm := range []keys.Algorithm{keys.TDES2, keys.TDES3, keys.AES128, keys.AES256} {
		_, err = other.GenerateKey(t.Context(), hsm.KeySpec{Label: fmt.Sprint(i), Algorithm: algorithm, Usage: keys.UsagePIN})
		require.NoError(t, err)
	}
	// A PIN is drawn from the token's generator.
	_, err = hsm.New(other).GeneratePIN(t.Context(), hsm.Generation{To: hsm.PINKey{Key: "0", Format: pinblock.ISO1}})
	require.NoError(t, err)
}

// Threads that were in the library may end after it is unloaded.
func TestThreadsEnd(t *testing.T) {
	t.Parallel()
	for range 8 {
		err := make(chan error)
		go func() {
			runtime.LockOSThread() // and so ends the thread with the goroutine
			err <- once(t)
		}()
		require.NoError(t, <-err)
	}
}

// recorder is a TB that keeps what a test would do.
type recorder struct {
	dir      string
	cleanups []func()
	failure  string
}

func (*recorder) Helper()            {}
func (r *recorder) TempDir() string  { return r.dir }
func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }
func (r *recorder) Fatalf(format string, args ...any) {
	r.failure = fmt.Sprintf(format, args...)
	panic(r)
}

func (r *recorder) finish() {
	for _, f := range slices.Backward(r.cleanups) {
		f()
	}
}

func TestNewLeavesNothing(t *testing.T) {
	t.Parallel()
	r := &recorder{dir: t.TempDir()}
	token := nss.New(r)
	d, err := pkcs11.Open(t.Context(), token.Config())
	require.NoError(t, err)
	_, err = d.GenerateKey(t.Context(), zpk)
	require.NoError(t, err)
	require.NoError(t, d.Close())
	r.finish()
	entries, err := os.ReadDir(r.dir)
	require.NoError(t, err)
	require.Empty(t, entries)

	// The copies of the libraries are unloaded, not left mapped.
	if maps, err := os.ReadFile("/proc/self/maps"); err == nil {
		require.NotContains(t, string(maps), token.Dir())
	}
}

func TestNewFailsWithInstallCommand(t *testing.T) {
	t.Setenv("NSS_MODULE", filepath.Join(t.TempDir(), "missing.so"))
	r := &recorder{dir: t.TempDir()}
	require.Panics(t, func() { nss.New(r) })
	require.Contains(t, r.failure, "NSS_MODULE")
	require.Contains(t, nss.ErrNotInstalled.Error(), "apt-get install libnss3")
}

// The URI names the credential's file and not the credential, and parses.
func TestURI(t *testing.T) {
	t.Parallel()
	token := nss.New(t)
	u, err := pkcs11.ParseURI(token.URI())
	require.NoError(t, err)
	require.Equal(t, nss.Label, u.Token)
	credential, err := os.ReadFile(u.CredentialSource)
	require.NoError(t, err)
	require.False(t, strings.Contains(token.URI(), string(credential)))
	d, err := pkcs11.Open(t.Context(), pkcs11.Config{URI: u})
	require.NoError(t, err)
	require.NoError(t, d.Close())
}

func TestFind(t *testing.T) {
	path, err := nss.Find()
	require.NoError(t, err, "NSS is required for these tests")
	t.Setenv("NSS_MODULE", path)
	found, err := nss.Find()
	require.NoError(t, err)
	require.Equal(t, path, found)
	t.Setenv("NSS_MODULE", t.TempDir())
	_, err = nss.Find()
	require.Error(t, err, "a directory")
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		token, err := nss.Temporary()
		if err != nil {
			b.Fatal(err)
		}
		if err := token.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed())/float64(time.Millisecond)/float64(b.N), "ms/token")
	b.ReportMetric(0, "ns/op")
}
