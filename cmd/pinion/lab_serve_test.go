package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	labpage "github.com/pinion-hsm/pinion/internal/lab/page"
)

// TestLabServe serves until it is interrupted. A binary without the page says what to
// do: go test alone builds none, make test does.
func TestLabServe(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out, in := io.Pipe()
	var stderr bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"lab", "serve"}, &env{stdin: strings.NewReader(""), stdout: in, stderr: &stderr, getenv: func(string) string { return "" }})
		_ = in.Close()
	}()
	url, err := bufio.NewReader(out).ReadString('\n')
	if _, missing := labpage.Built(); errors.Is(missing, labpage.ErrNotBuilt) {
		require.ErrorIs(t, err, io.EOF)
		require.Equal(t, exitUsage, <-ended)
		require.Contains(t, stderr.String(), "make build, then ./bin/pinion lab serve")
		return
	}
	require.NoError(t, err)
	require.Regexp(t, `^http://127\.0\.0\.1:\d+/\n$`, url)
	answer, err := http.Get(strings.TrimSpace(url))
	require.NoError(t, err)
	defer answer.Body.Close()
	require.Equal(t, http.StatusOK, answer.StatusCode)
	require.Contains(t, answer.Header.Get("Content-Security-Policy"), "default-src 'none'")
	stop()
	require.Equal(t, exitOK, <-ended)
}

// TestLabServeNames: the page is served under the names of this machine alone, so that
// it is no part of anybody's site.
func TestLabServeNames(t *testing.T) {
	t.Parallel()
	h := byOwnName(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "the page") }))
	for host, want := range map[string]int{
		"127.0.0.1:8080": http.StatusOK, "127.0.0.1": http.StatusOK, "localhost:8080": http.StatusOK, "LOCALHOST": http.StatusOK,
		"[::1]:8080": http.StatusOK, "[::1]": http.StatusOK,
		"rebound.example:8080": http.StatusMisdirectedRequest, "rebound.example": http.StatusMisdirectedRequest,
		"localhost.rebound.example:8080": http.StatusMisdirectedRequest, "127.0.0.1.rebound.example": http.StatusMisdirectedRequest,
		"10.0.0.1:8080": http.StatusMisdirectedRequest, "": http.StatusMisdirectedRequest, "[": http.StatusMisdirectedRequest, "::": http.StatusMisdirectedRequest,
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Host = host
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		require.Equal(t, want, w.Code, "%q", host)
		require.Equal(t, want == http.StatusOK, w.Body.String() == "the page", "%q", host)
	}
}

// TestLabOut writes the page for a static host.
func TestLabOut(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "lab")
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), []string{"lab", "serve", "--out", dir}, &env{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, getenv: func(string) string { return "" }})
	if _, missing := labpage.Built(); errors.Is(missing, labpage.ErrNotBuilt) {
		require.Equal(t, exitUsage, code)
		require.NoDirExists(t, dir)
		return
	}
	require.Equal(t, exitOK, code, stderr.String())
	written, err := labpage.Read(dir)
	require.NoError(t, err)
	built, err := labpage.Built()
	require.NoError(t, err)
	require.Equal(t, built, written)
	for name := range written {
		info, err := os.Stat(filepath.Join(dir, name))
		require.NoError(t, err)
		require.NotZero(t, info.Mode().Perm()&0o444, "%s can be read by a web server", name)
	}
}
