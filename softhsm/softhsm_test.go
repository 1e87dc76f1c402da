//go:build cgo

package softhsm_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/internal/tokendir"
	"github.com/pinion-hsm/pinion/internal/tokendir/tokentest"
	"github.com/pinion-hsm/pinion/softhsm"
)

func TestTokens(t *testing.T) {
	tokentest.Package[*softhsm.Token]{
		Label:          softhsm.Label,
		Variable:       "SOFTHSM2_MODULE",
		Install:        "apt-get install softhsm2",
		NotInstalled:   softhsm.ErrNotInstalled,
		NoLibrary:      pkcs11.ErrModule,
		BadDirectories: []string{"a#b"},
		New:            func(t tokendir.TB) *softhsm.Token { return softhsm.New(t) },
		Temporary:      softhsm.Temporary,
		Create:         softhsm.Create,
		Open:           softhsm.Open,
		Find:           softhsm.Find,
	}.Test(t)
}

func TestDamagedSerial(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, err := softhsm.Create(dir)
	require.NoError(t, err)
	serial := filepath.Join(dir, "serial")
	require.NoError(t, os.WriteFile(serial, []byte("far too long for a serial number"), 0o600))
	_, err = softhsm.Open(dir)
	require.ErrorContains(t, err, "damaged")
	require.NoError(t, os.Remove(serial))
	_, err = softhsm.Open(dir)
	require.ErrorContains(t, err, "holds no token")
}

// The serial number tells tokens apart whose label is the same.
func TestSerial(t *testing.T) {
	t.Parallel()
	serials := map[string]bool{}
	for range 2 {
		u, err := pkcs11.ParseURI(softhsm.New(t).URI())
		require.NoError(t, err)
		require.NotEmpty(t, u.Serial)
		serials[u.Serial] = true
	}
	require.Len(t, serials, 2)
}

func TestEnv(t *testing.T) {
	t.Parallel()
	token := softhsm.New(t)
	require.Equal(t, []string{"SOFTHSM2_CONF=" + filepath.Join(token.Dir(), "softhsm2.conf")}, token.Env())
}

// The environment of this process is what it was.
func TestEnvironmentIsRestored(t *testing.T) {
	t.Setenv("SOFTHSM2_CONF", "/as/it/was")
	tokentest.Open(t, softhsm.New(t))
	require.Equal(t, "/as/it/was", os.Getenv("SOFTHSM2_CONF"))
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		token, err := softhsm.Temporary()
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
