package main

import (
	"bytes"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/server"
	"github.com/pinion-hsm/pinion/softhsm"
)

// TestServeEnds holds the exit codes of the service to what the unit for systemd makes
// of them: what passes is tried again, and what does not is not.
func TestServeEnds(t *testing.T) {
	t.Parallel()
	unit, err := os.ReadFile(filepath.Join(moduleRoot, "packaging", "pinion.service"))
	require.NoError(t, err)
	m := regexp.MustCompile(`(?m)^RestartPreventExitStatus=(.*)$`).FindSubmatch(unit)
	require.NotNil(t, m)
	final := map[int]bool{}
	for code := range strings.FieldsSeq(string(m[1])) {
		n, err := strconv.Atoi(code)
		require.NoError(t, err)
		final[n] = true
	}
	for _, tc := range []struct {
		err   error
		again bool
	}{
		{server.Problems{{}}, false},
		{&hsm.Error{Err: pkcs11.ErrCredential}, false}, // it would lock the token
		{&hsm.Error{Err: hsm.ErrKeyNotFound}, false},
		{fmt.Errorf("%w: it sees no token at all", pkcs11.ErrNoToken), true},
		{&hsm.Error{Err: hsm.ErrUnavailable}, true},
		{&hsm.Error{Err: hsm.ErrDevice}, true},
		{fmt.Errorf("%w: no answer", issuer.ErrStore), true},
	} {
		code := exitCode(serveProblem(tc.err))
		require.NotZero(t, code)
		require.Equal(t, tc.again, !final[code], "exit code %d: %s", code, tc.err)
	}
	require.NotContains(t, string(unit), "ExecStartPre=", "of what runs before, systemd does not look at the exit code: it would try for ever")
}

// TestWrongCredential has a token refuse.
func TestWrongCredential(t *testing.T) {
	t.Parallel()
	wrong := filepath.Join(t.TempDir(), "credential")
	require.NoError(t, os.WriteFile(wrong, []byte("00000000"), 0o600))
	device := regexp.MustCompile(`pin-source=[^&]*`).ReplaceAllString(softhsm.New(t).URI(), "pin-source=file:"+url.PathEscape(wrong))
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), []string{"key", "list", "--device", device},
		&env{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, getenv: func(string) string { return "" }})
	require.Contains(t, stderr.String(), "it did not take the credential")
	require.Equal(t, exitRefused, code)
}
