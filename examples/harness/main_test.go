package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// lines runs the harness and returns its exit code and the lines it printed, with
// single spaces.
func lines(t *testing.T, args ...string) (code int, out []string) {
	t.Helper()
	var stdout, stderr strings.Builder
	code = run(t.Context(), args, &stdout, &stderr)
	for line := range strings.Lines(stdout.String() + stderr.String()) {
		out = append(out, strings.Join(strings.Fields(line), " "))
	}
	return code, out
}

func TestDevices(t *testing.T) {
	t.Parallel()
	aes := []string{
		"DUKPT AES128, ISO-4 AES128, ISO-4 9 9 9 passed",
		"DUKPT AES256, ISO-4 TDES2, ISO-0 9 9 9 passed",
	}
	all := append([]string{
		"DUKPT TDES2, ISO-0 TDES2, ISO-0 9 9 9 passed",
		"DUKPT TDES2, ISO-0 AES128, ISO-4 9 9 9 passed",
	}, aes...)
	for uri, want := range map[string][]string{
		"soft:": all,
		"nss:":  all,
		"softhsm:": append([]string{
			"DUKPT TDES2, ISO-0 TDES2, ISO-0 0 0 0 not on this device",
			"DUKPT TDES2, ISO-0 AES128, ISO-4 0 0 0 not on this device",
		}, aes...),
	} {
		t.Run(uri, func(t *testing.T) {
			t.Parallel()
			code, out := lines(t, "--device", uri, "--count", "9")
			require.Zero(t, code, out)
			require.Greater(t, len(out), 5)
			require.Equal(t, want, out[2:6])
			if uri == "softhsm:" {
				require.Contains(t, out[6], "DUKPT TDES2, ISO-0: ", "why not")
			} else {
				require.Len(t, out, 6)
			}
		})
	}
}

// A device that fails, or that can do nothing, is told from one that passed.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	good := result{trip: trips[0], translated: 1, right: 1, wrong: 1}
	unable := result{trip: trips[1], err: errors.ErrUnsupported, cannot: true}
	wrong := result{trip: trips[1], translated: 1, err: errAccepted}
	for _, c := range []struct {
		results []result
		code    int
	}{{[]result{good}, 0}, {[]result{good, unable}, 0}, {[]result{unable}, 1}, {[]result{good, wrong}, 1}, {nil, 1}} {
		var out strings.Builder
		require.Equal(t, c.code, report(&out, "device", 1, c.results), out.String())
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--count", "0"}, {"--count", "1000001"}, {"more"}, {"--nothing"}, {"--device", "nothing:"}} {
		code, out := lines(t, args...)
		require.Equal(t, 2, code, args)
		require.NotEmpty(t, out, args)
	}
}
