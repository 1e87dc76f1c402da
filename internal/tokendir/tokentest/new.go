package tokentest

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
)

// Tokens in one process, at one time: each has its own keys and sees no other's.
func (p Package[T]) testParallel(t *testing.T) {
	t.Parallel()
	const n = 32
	infos := make([]hsm.KeyInfo, n)
	devices := make([]*pkcs11.Device, n)
	var wg sync.WaitGroup
	for i := range n {
		devices[i] = Open(t, p.New(t))
		wg.Go(func() {
			info, err := devices[i].GenerateKey(t.Context(), ZPK)
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
func (p Package[T]) testChurn(t *testing.T) {
	t.Parallel()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 4 {
				if err := p.Once(t); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
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

func (p Package[T]) testNewLeavesNothing(t *testing.T) {
	t.Parallel()
	r := &recorder{dir: t.TempDir()}
	token := p.New(r)
	d, err := pkcs11.Open(t.Context(), token.Config())
	require.NoError(t, err)
	_, err = d.GenerateKey(t.Context(), ZPK)
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

func (p Package[T]) testNewFails(t *testing.T) {
	t.Setenv(p.Variable, filepath.Join(t.TempDir(), "missing.so"))
	r := &recorder{dir: t.TempDir()}
	require.Panics(t, func() { p.New(r) })
	require.Contains(t, r.failure, p.Variable)
	require.Contains(t, p.NotInstalled.Error(), p.Install)
}

// The URI names the credential's file and not the credential, and parses.
func (p Package[T]) testURI(t *testing.T) {
	t.Parallel()
	token := p.New(t)
	u, err := pkcs11.ParseURI(token.URI())
	require.NoError(t, err)
	require.Equal(t, p.Label, u.Token)
	credential, err := os.ReadFile(u.CredentialSource)
	require.NoError(t, err)
	require.False(t, strings.Contains(token.URI(), string(credential)))
	d, err := pkcs11.Open(t.Context(), pkcs11.Config{URI: u})
	require.NoError(t, err)
	require.NoError(t, d.Close())
}

// What is in the directory is for its owner only.
func (p Package[T]) testModes(t *testing.T) {
	t.Parallel()
	token := p.New(t)
	require.NoError(t, filepath.WalkDir(token.Dir(), func(path string, e fs.DirEntry, err error) error {
		require.NoError(t, err)
		info, err := e.Info()
		require.NoError(t, err)
		require.Zero(t, info.Mode().Perm()&0o077, path)
		return nil
	}))
}
