//go:build cgo

package nss_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/internal/tokendir"
	"github.com/pinion-hsm/pinion/internal/tokendir/tokentest"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/nss"
	"github.com/pinion-hsm/pinion/pinblock"
)

var this = tokentest.Package[*nss.Token]{
	Label:          nss.Label,
	Variable:       "NSS_MODULE",
	Install:        "apt-get install libnss3",
	NotInstalled:   nss.ErrNotInstalled,
	NoLibrary:      errors.ErrUnsupported,
	BadDirectories: []string{"a'b", `a\b`, "a]b", "a>b"},
	New:            func(t tokendir.TB) *nss.Token { return nss.New(t) },
	Temporary:      nss.Temporary,
	Create:         nss.Create,
	Open:           nss.Open,
	Find:           nss.Find,
}

func TestTokens(t *testing.T) { this.Test(t) }

// A token that is closed leaves the ones that are open their random generator and
// their tables, which NSS's libraries share unless each token has its own.
func TestCloseLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	first, second := nss.New(t), nss.New(t)
	other := tokentest.Open(t, second)
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
			err <- this.Once(t)
		}()
		require.NoError(t, <-err)
	}
}

// A database that other software keeps is left as it is.
func TestForeignDatabase(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	database := filepath.Join(dir, "key4.db")
	require.NoError(t, os.WriteFile(database, []byte("of Firefox"), 0o600))
	_, err := nss.Create(dir)
	require.ErrorContains(t, err, "is not empty")
	_, err = nss.Open(dir)
	require.ErrorContains(t, err, "holds no token")
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1)
	content, err := os.ReadFile(database)
	require.NoError(t, err)
	require.Equal(t, "of Firefox", string(content))
}

// A token whose database is gone is not made again, without its keys.
func TestLostDatabase(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, err := nss.Create(dir)
	require.NoError(t, err)
	require.NoError(t, os.Remove(filepath.Join(dir, "key4.db")))
	_, err = nss.Open(dir)
	require.ErrorContains(t, err, "holds no token")
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
