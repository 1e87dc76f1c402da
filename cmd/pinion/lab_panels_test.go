package main

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/lab"
)

// TestCommandsOfPanels runs the command of every example of the page, and that of the
// first one with every choice of every field: it prints the result that the page has.
func TestCommandsOfPanels(t *testing.T) {
	t.Parallel()
	ran := 0
	try := func(p lab.Panel, v lab.Values) {
		a, err := lab.Ask(t.Context(), p.Name, v)
		require.NoError(t, err)
		if len(a.Problems) > 0 {
			return
		}
		code, stdout, stderr := command(t, wordsOf(t, a.Command)...)
		require.NotEqual(t, exitUsage, code, "%s\n%s", a.Command, stderr)
		printed := strings.Join(strings.Fields(stdout), " ")
		for line := range strings.Lines(a.Result) {
			require.Contains(t, printed, strings.Join(strings.Fields(line), " "), a.Command)
		}
		if p.Name == "diagnose" { // whose result is in the second finding too
			require.Contains(t, printed, "1. "+a.Explanation.Steps[0].Title, a.Command)
		}
		ran++
	}
	for _, p := range lab.Panels() {
		for _, e := range p.Examples {
			try(p, e.Values)
		}
		for _, f := range p.Fields {
			for _, c := range f.Choices {
				v := lab.Values{f.Name: c.Value}
				for name, value := range p.Examples[0].Values {
					if name != f.Name {
						v[name] = value
					}
				}
				try(p, v)
			}
		}
	}
	require.Greater(t, ran, 80)
}

// TestCommandsOfRefusedPanels: where the page says that a block is wrong, so does the
// command.
func TestCommandsOfRefusedPanels(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		panel, field string
		values       lab.Values
	}{
		{"decode", "block", lab.Values{"block": "041215FEDCBA9870", "pan": "5432101234567891"}},
		{"decode", "block", lab.Values{"block": "0011223344556677", "pan": "5432101234567891", "key": "0123456789ABCDEFFEDCBA9876543210"}},
		{"keyblock", "kbpk", lab.Values{"block": "D0112P0AE00E0000" + strings.Repeat("0", 96), "kbpk": "00112233445566778899AABBCCDDEEFF"}},
		{"components", "parts", lab.Values{"parts": "0123456789ABCDEFFEDCBA9876543210\n0123456789ABCDEFFEDCBA9876543210"}},
	} {
		a, err := lab.Ask(t.Context(), c.panel, c.values)
		require.NoError(t, err)
		require.NotEmpty(t, a.Problems[c.field], c.panel)
		require.NotEmpty(t, a.Go, c.panel)
		code, stdout, stderr := command(t, wordsOf(t, a.Command)...)
		require.Contains(t, []int{exitNo, exitUsage}, code, a.Command)
		require.Empty(t, stdout, a.Command)
		require.NotEmpty(t, stderr, a.Command)
	}
}

// TestQuotedForAShell: a key block may have anything printable in it.
func TestQuotedForAShell(t *testing.T) {
	t.Parallel()
	const block = `B0036P0TE00N0100LB14it's $HOME "a"*;`
	a, err := lab.Ask(t.Context(), "keyblock", lab.Values{"block": block})
	require.NoError(t, err)
	require.Empty(t, a.Problems)
	words := wordsOf(t, a.Command)
	require.Equal(t, block, words[len(words)-1])
	code, stdout, stderr := command(t, words...)
	require.Equal(t, exitOK, code, stderr)
	require.Contains(t, stdout, `it's $HOME "a"*;`)
}

// wordsOf has a shell take a command line apart, and returns what comes after pinion.
func wordsOf(t *testing.T, line string) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "sh", "-c", `pinion() { for w; do printf '%s\n' "$w"; done; }; `+line).Output()
	require.NoError(t, err, line)
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
}
