package page_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/lab/page"
)

// get asks the page's handler for a path.
func get(t *testing.T, f page.Folder, method, path string) *http.Response {
	t.Helper()
	w := httptest.NewRecorder()
	f.Handler().ServeHTTP(w, httptest.NewRequest(method, path, nil))
	return w.Result()
}

func TestHandler(t *testing.T) {
	t.Parallel()
	f := folder(t)
	for _, tc := range []struct {
		method, path, kind string
		status             int
	}{
		{"GET", "/", "text/html; charset=utf-8", 200},
		{"HEAD", "/", "text/html; charset=utf-8", 200},
		{"GET", "/app.js", "text/javascript; charset=utf-8", 200},
		{"GET", "/style.css", "text/css; charset=utf-8", 200},
		{"GET", "/pinion.wasm.gz", "application/gzip", 200},
		{"GET", "/nothing", "text/plain; charset=utf-8", 404},
		{"GET", "/../page.go", "text/plain; charset=utf-8", 404},
		{"GET", "/README.md", "text/plain; charset=utf-8", 404},
		{"POST", "/", "text/plain; charset=utf-8", 405},
	} {
		r := get(t, f, tc.method, tc.path)
		require.Equal(t, tc.status, r.StatusCode, tc.path)
		require.Equal(t, tc.kind, r.Header.Get("Content-Type"), tc.path)
		require.Contains(t, r.Header.Get("Content-Security-Policy"), "default-src 'none'", tc.path)
		require.Contains(t, r.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'", tc.path)
		require.NotContains(t, r.Header.Get("Content-Security-Policy"), "unsafe-inline", tc.path)
		require.Equal(t, "nosniff", r.Header.Get("X-Content-Type-Options"), tc.path)
		require.Equal(t, "no-referrer", r.Header.Get("Referrer-Policy"), tc.path)
		require.Equal(t, "same-origin", r.Header.Get("Cross-Origin-Opener-Policy"), tc.path)
	}
}

// TestSize keeps the page small: all of it, as it is sent, in bytes.
func TestSize(t *testing.T) {
	t.Parallel()
	total := 0
	for _, content := range folder(t) {
		total += len(content)
	}
	t.Logf("%d files, %d bytes", len(folder(t)), total)
	require.Less(t, total, 3_000_000)
}

// TestFolder: what is written can be read, and one without the program is told apart.
func TestFolder(t *testing.T) {
	t.Parallel()
	f := folder(t)
	dir := filepath.Join(t.TempDir(), "new", "lab")
	require.NoError(t, f.Write(dir))
	again, err := page.Read(dir)
	require.NoError(t, err)
	require.Equal(t, f, again)
	require.NoError(t, os.Remove(filepath.Join(dir, "pinion.wasm.gz")))
	_, err = page.Read(dir)
	require.ErrorIs(t, err, page.ErrNotBuilt)
	_, err = page.Read(filepath.Join(dir, "nothing"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

// TestBuilt: this binary has the same files but for the program, whether it has one
// or not.
func TestBuilt(t *testing.T) {
	t.Parallel()
	f, err := page.Built()
	if err != nil {
		require.ErrorIs(t, err, page.ErrNotBuilt)
	}
	for name, content := range folder(t) {
		if name != "pinion.wasm.gz" && name != "wasm_exec.js" {
			require.Equal(t, string(content), string(f[name]), name)
		}
	}
	require.NotContains(t, f, "README.md")
}

// TestSamePolicy: hosts that send no headers get the policy from the page, but for
// what only a header can say.
func TestSamePolicy(t *testing.T) {
	t.Parallel()
	f := folder(t)
	header := get(t, f, "GET", "/").Header.Get("Content-Security-Policy")
	const onlyHeader = "frame-ancestors 'none'; "
	require.Contains(t, header, onlyHeader)
	want := `content="` + strings.Replace(header, onlyHeader, "", 1) + `"`
	require.Contains(t, string(f["index.html"]), want)
}
