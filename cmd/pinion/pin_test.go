package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/softhsm"
)

// session is a command line run in this process.
type session struct {
	stdin  string
	vars   map[string]string
	prompt func(string) ([]byte, error)
}

func (s session) run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	e := &env{stdin: strings.NewReader(s.stdin), stdout: &out, stderr: &errs, prompt: s.prompt,
		getenv: func(name string) string { return s.vars[name] }}
	code = run(t.Context(), args, e)
	return code, out.String(), errs.String()
}

// TestCredentialPrompt: a token whose URI names no credential is asked about at
// the terminal, by its name; a wrong answer is said once, and not repeated.
func TestCredentialPrompt(t *testing.T) {
	t.Parallel()
	token := softhsm.New(t)
	uri := token.Config().URI
	uri.CredentialSource = ""
	credential, err := os.ReadFile(filepath.Join(token.Dir(), "credential"))
	require.NoError(t, err)
	s := session{vars: map[string]string{"PINION_DEVICE": uri.String()}}

	var questions []string
	answer := func(with string) func(string) ([]byte, error) {
		return func(question string) ([]byte, error) {
			questions = append(questions, question)
			return []byte(with), nil
		}
	}
	s.prompt = answer(string(credential))
	code, out, _ := s.run(t, "device", "doctor")
	require.Equal(t, exitOK, code)
	require.Contains(t, out, "PKCS#11 token pinion")
	require.Equal(t, []string{"Credential (user PIN in PKCS#11's words) of token pinion: "}, questions)

	s.prompt = answer("hunter2hunter2")
	code, out, stderr := s.run(t, "device", "doctor")
	require.NotEqual(t, exitOK, code)
	require.Empty(t, out)
	require.Contains(t, stderr, "credential")
	require.NotContains(t, stderr, "hunter2")
	require.Len(t, questions, 2)

	s.prompt = func(string) ([]byte, error) { return nil, errNoTerminal }
	code, _, stderr = s.run(t, "device", "doctor")
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, "pin-source=file:")
}

// TestPINExitCodes holds the commands to the exit codes that the help promises.
func TestPINExitCodes(t *testing.T) {
	t.Parallel()
	s := session{vars: map[string]string{"PINION_DEVICE": "softhsm:" + filepath.Join(t.TempDir(), "token")}}
	code, _, stderr := s.run(t, "lab", "load", "--device", s.vars["PINION_DEVICE"],
		"--key", "zpk1:P0:tdes:0123456789ABCDEFFEDCBA9876543210",
		"--key", "zpk2:P0:aes:F0E0D0C0B0A090807060504030201000",
		"--key", "pvk:V2:tdes:C8199237EA5857BC40EF9DA2B5E96BBF")
	require.Equal(t, exitOK, code, stderr)
	for _, tt := range []struct {
		name string
		code int
		line string
	}{
		{"right PIN", exitOK, "verify --from-key zpk1 --from-format iso-0 --pan 5432101234567891 --block BA2ADC4EBA48F711 --method visa-pvv --pvk pvk --reference 2791"},
		{"wrong PIN", exitNo, "verify --from-key zpk1 --from-format iso-0 --pan 5432101234567891 --block BA2ADC4EBA48F711 --method visa-pvv --pvk pvk --reference 2792"},
		{"damaged block", exitNo, "verify --from-key zpk1 --from-format iso-0 --pan 5432101234567891 --block BA2ADC4EBA48F710 --method visa-pvv --pvk pvk --reference 2791"},
		{"wrong PIN in a change", exitNo, "change --from-key zpk1 --from-format iso-0 --pan 5432101234567891 --current 721F436F297B08CB --new BA2ADC4EBA48F711 --method visa-pvv --pvk pvk --reference 2791"},
		{"malformed reference", exitUsage, "verify --from-key zpk1 --from-format iso-0 --pan 5432101234567891 --block BA2ADC4EBA48F711 --method visa-pvv --pvk pvk --reference 27"},
		{"malformed PAN", exitUsage, "translate --from-key zpk1 --from-format iso-0 --to-key zpk2 --to-format iso-4 --pan 543210x --block BA2ADC4EBA48F711"},
		{"flag missing", exitUsage, "translate --from-key zpk1 --from-format iso-0 --to-key zpk2 --pan 5432101234567891 --block BA2ADC4EBA48F711"},
		{"key of another cipher", exitUsage, "translate --from-key zpk1 --from-format iso-0 --to-key zpk1 --to-format iso-4 --pan 5432101234567891 --block BA2ADC4EBA48F711"},
		{"no reference values", exitUsage, "reference --from-key zpk1 --from-format iso-0 --pan 5432101234567891 --block BA2ADC4EBA48F711 --method interbank --validation-digits 123 --pvk pvk"},
		{"policy", exitRefused, "translate --from-key zpk1 --from-format iso-0 --to-key zpk1 --to-format iso-1 --pan 5432101234567891 --block BA2ADC4EBA48F711"},
		{"another policy", exitOK, "translate --policy open --from-key zpk1 --from-format iso-0 --to-key zpk1 --to-format iso-1 --pan 5432101234567891 --block BA2ADC4EBA48F711"},
		{"not towards a chip card", exitRefused, "translate --from-key zpk1 --from-format iso-0 --to-key zpk1 --to-format iso-2 --pan 5432101234567891 --block BA2ADC4EBA48F711"},
		{"towards a chip card", exitOK, "translate --to-chip-card --from-key zpk1 --from-format iso-0 --to-key zpk1 --to-format iso-2 --pan 5432101234567891 --block BA2ADC4EBA48F711"},
		{"key usage", exitRefused, "translate --from-key pvk --from-format iso-0 --to-key zpk2 --to-format iso-4 --pan 5432101234567891 --block BA2ADC4EBA48F711"},
		{"no such key", exitRefused, "translate --from-key zpk9 --from-format iso-0 --to-key zpk2 --to-format iso-4 --pan 5432101234567891 --block BA2ADC4EBA48F711"},
	} {
		code, out, stderr := s.run(t, append([]string{"pin"}, strings.Fields(tt.line)...)...)
		require.Equal(t, tt.code, code, "%s: %s", tt.name, stderr)
		if code > exitNo {
			require.Empty(t, out, tt.name)
			require.True(t, strings.HasPrefix(stderr, "pinion: "), tt.name)
		}
		for _, secret := range []string{"4321012345", "BA2ADC4EBA48F711", "721F436F297B08CB"} {
			require.NotContains(t, stderr, secret, tt.name)
		}
	}
}

// TestExamples: what the help of these commands shows are commands and flags
// that exist.
func TestExamples(t *testing.T) {
	t.Parallel()
	root := newRoot(&env{})
	var check func(c *cobra.Command)
	check = func(c *cobra.Command) {
		for _, sub := range c.Commands() {
			check(sub)
		}
		top := strings.Fields(c.CommandPath() + " -")[1]
		if top != "pin" && top != "device" && top != "vectors" && top != "demo" {
			return
		}
		require.NotEmpty(t, c.Short, c.CommandPath())
		require.NotEmpty(t, c.Long, c.CommandPath())
		require.NotEmpty(t, c.Example, c.CommandPath())
		for line := range strings.Lines(c.Example) {
			words := strings.Fields(line)
			if words[0] != "pinion" {
				continue
			}
			if i := strings.IndexAny(strings.Join(words, " "), "<>"); i >= 0 {
				words = strings.Fields(strings.Join(words, " ")[:i])
			}
			found, rest, err := root.Find(words[1:])
			require.NoError(t, err, line)
			require.True(t, found.Runnable(), line)
			require.NoError(t, found.ParseFlags(rest), line)
		}
	}
	check(root)
}

// TestMethodsComplete: every method that a device reports can be named.
func TestMethodsComplete(t *testing.T) {
	t.Parallel()
	h := testHSM(t)
	caps, err := h.Capabilities(context.Background())
	require.NoError(t, err)
	for _, c := range caps {
		if c.Method != "" {
			require.Contains(t, pinMethods, c.Method)
		}
	}
}
