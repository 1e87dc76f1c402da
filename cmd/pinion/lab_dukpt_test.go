package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// TestBefore: the terminal that starts after it plays the KSN first.
func TestBefore(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"FFFF9876543210E00000", "123456789012345600000000"} {
		first, err := dukpt.ParseKSN(text)
		require.NoError(t, err)
		ksn := first
		for range 5000 {
			last := ksn
			if ksn, err = ksn.Next(); err != nil {
				t.Fatal(err)
			}
			got, err := before(ksn)
			require.NoError(t, err)
			require.Equal(t, last, got, "before %v", ksn)
		}
	}
	for _, text := range []string{"FFFF9876543210E00800", "FFFF9876543210F00000", "FFFF9876543210FFF800", "1234567890123456FFFF0000", "123456789012345680000000"} {
		ksn, err := dukpt.ParseKSN(text)
		require.NoError(t, err)
		last, err := before(ksn)
		require.NoError(t, err)
		require.Equal(t, ksn.InitialKeyID(), last.InitialKeyID())
		next, err := last.Next()
		require.NoError(t, err)
		require.Equal(t, ksn, next)
	}
}

// TestTerminalAndHost: what a terminal sends, the host's derivation opens, for
// every cipher of the BDK and format of its blocks.
func TestTerminalAndHost(t *testing.T) {
	t.Parallel()
	const tdes, aes = "0123456789ABCDEFFEDCBA9876543210", "FEDCBA9876543210F1F1F1F1F1F1F1F1"
	for _, c := range []struct{ bdk, ksn, format, algorithm string }{
		{tdes, "FFFF9876543210E00000", "iso-0", "tdes2"},
		{tdes, "9876543210E000FF", "iso-3", "tdes2"},
		{aes, "123456789012345600000000", "iso-4", "aes128"},
		{aes, "123456789012345600000000", "iso-0", "tdes2"},
		{aes + aes, "123456789012345600000000", "iso-4", "aes256"},
		{aes + aes, "12345678901234560000FFFE", "iso-4", "aes192"},
		{aes + aes, "123456789012345600000000", "iso-0", "tdes3"},
	} {
		code, out, stderr := command(t, "lab", "dukpt", "terminal", "--bdk", c.bdk, "--ksn", c.ksn, "--format", c.format,
			"--pin", "1234", "--pan", "5432101234567891", "--pin-key-algorithm", c.algorithm, "--records", "--count", "4")
		require.Equal(t, exitOK, code, stderr)
		lines := strings.Split(strings.TrimSpace(out), "\n")
		require.Len(t, lines, 4)
		for _, line := range lines {
			var r struct{ PAN, KSN, Block string }
			require.NoError(t, json.Unmarshal([]byte(line), &r))
			code, key, stderr := command(t, "lab", "dukpt", "derive", "--bdk", c.bdk, "--ksn", r.KSN, "--purpose", "pin", "--algorithm", c.algorithm)
			require.Equal(t, exitOK, code, stderr)
			code, pin, stderr := command(t, "lab", "open", "--format", c.format, "--key", strings.TrimSpace(key), "--block", r.Block, "--pan", r.PAN)
			require.Equal(t, exitOK, code, stderr)
			require.Equal(t, "1234\n", pin)
		}
	}
}

// TestKeyBlockAgain: wrapping what was unwrapped, with the same padding, gives the
// same block, in every version.
func TestKeyBlockAgain(t *testing.T) {
	t.Parallel()
	const kbpk, key = "00112233445566778899AABBCCDDEEFF", "0123456789ABCDEFFEDCBA9876543210"
	for _, version := range []string{"A", "B", "C", "D", "E"} {
		wrap := []string{"lab", "keyblock", "wrap", "--kbpk", kbpk, "--key", key, "--allow-variant-binding"}
		code, block, stderr := command(t, append(wrap, "--version", version, "--usage", "P0", "--mode", "B", "--exportability", "E", "--optional", "LB:again")...)
		require.Equal(t, exitOK, code, stderr)
		code, out, stderr := command(t, "lab", "keyblock", "unwrap", "--kbpk", kbpk, "--block", strings.TrimSpace(block), "--json")
		require.Equal(t, exitOK, code, stderr)
		var u unwrapped
		require.NoError(t, json.Unmarshal([]byte(out), &u))
		require.Equal(t, key, u.Key)
		code, again, stderr := command(t, append(wrap, "--header", u.Header, "--pad", u.Padding)...)
		require.Equal(t, exitOK, code, stderr)
		require.Equal(t, block, again)
	}
}
