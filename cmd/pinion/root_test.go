package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/issuer/sqlstore"
	"github.com/pinion-hsm/pinion/pinblock"
)

// command runs a command line in this process.
func command(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	e := &env{
		stdin: strings.NewReader(""), stdout: &out, stderr: &errs,
		getenv: func(string) string { return "" },
		prompt: func(string) ([]byte, error) { return nil, errNoTerminal },
	}
	code = run(t.Context(), args, e)
	return code, out.String(), errs.String()
}

// everyCommand calls f with every command there is.
func everyCommand(t *testing.T, f func(path string, c *cobra.Command)) {
	t.Helper()
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		f(c.CommandPath(), c)
		for _, s := range c.Commands() {
			walk(s)
		}
	}
	walk(newRoot(&env{}))
}

// TestExamplesOfLab runs every example in the help of the lab commands.
func TestExamplesOfLab(t *testing.T) {
	t.Parallel()
	ran := 0
	everyCommand(t, func(path string, c *cobra.Command) {
		for line := range strings.SplitSeq(c.Example, "\n") {
			words := strings.Fields(line)
			if len(words) < 3 || words[0] != "pinion" || words[1] != "lab" || words[2] == "serve" || strings.Contains(line, "/") {
				continue // what needs a folder or a file, or does not end, has tests of its own
			}
			code, stdout, stderr := command(t, words[1:]...)
			require.Equal(t, exitOK, code, "example of %s: %s\n%s", path, line, stderr)
			require.NotEmpty(t, stdout, line)
			ran++
		}
	})
	require.Greater(t, ran, 20)
}

// TestEveryCommandIsDescribed holds what help needs: a line, a text, and an
// example for whatever can be run.
func TestEveryCommandIsDescribed(t *testing.T) {
	t.Parallel()
	everyCommand(t, func(path string, c *cobra.Command) {
		require.NotEmpty(t, c.Short, path)
		require.NotEmpty(t, c.Long, path)
		require.False(t, strings.HasSuffix(c.Short, "."), path)
		if c.Runnable() && !strings.HasPrefix(path, "pinion completion") {
			require.NotEmpty(t, c.Example, path)
		}
	})
}

// TestHelpOfEveryCommand prints it without an error.
func TestHelpOfEveryCommand(t *testing.T) {
	t.Parallel()
	everyCommand(t, func(path string, _ *cobra.Command) {
		code, stdout, stderr := command(t, append(strings.Fields(path)[1:], "--help")...)
		require.Equal(t, exitOK, code, path)
		require.NotEmpty(t, stdout, path)
		require.Empty(t, stderr, path)
	})
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		code int
	}{
		{nil, 0},
		{answerNo(), 1},
		{&hsm.Error{Op: hsm.OpVerify, Err: hsm.ErrWrongPIN}, 1},
		{&hsm.Error{Op: hsm.OpTranslate, Err: hsm.ErrBlock}, 1},
		{usage("wrong"), 2},
		{about("--pan", pinblock.ErrPAN), 2},
		{errors.New("something else"), 2},
		{&hsm.Error{Err: hsm.ErrPolicy}, 3},
		{&hsm.Error{Err: hsm.ErrExposure}, 3},
		{&hsm.Error{Err: hsm.ErrKeyUsage}, 3},
		{&hsm.Error{Err: hsm.ErrKeyNotFound}, 3},
		{about("--key 2", &hsm.Error{Err: hsm.ErrKeyExists}), 3},
		{about("x", about("y", &problem{code: exitRefused})), 3},
		{&hsm.Error{Err: hsm.ErrUnavailable}, 4},
		{&hsm.Error{Err: hsm.ErrDevice}, 4},
		{hsm.ErrClosed, 4},
		{fmt.Errorf("asking: %w", context.Canceled), 130},
	} {
		require.Equal(t, c.code, exitCode(c.err), "%v", c.err)
	}
}

// TestErrorsAreForPeople have no package names, and the hint on a line of its
// own.
func TestErrorsAreForPeople(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want string
	}{
		{&hsm.Error{Op: hsm.OpTranslate, Key: "zpk1", Err: hsm.ErrKeyNotFound, Hint: "list the keys"},
			"pinion: translate PIN: key \"zpk1\": no such key\n  hint: list the keys\n"},
		{about("--pan", pinblock.ErrPAN), "pinion: --pan: PAN must be 1 to 19 decimal digits\n"},
		{about("line 3", &hsm.Error{Err: hsm.ErrDevice, Code: "CKR_DEVICE_ERROR", Hint: "see its log"}),
			"pinion: line 3: the device refused (CKR_DEVICE_ERROR)\n  hint: see its log\n"},
		{usage("--key: not hex digits").withHint("no %s", "0x"), "pinion: --key: not hex digits\n  hint: no 0x\n"},
		{answerNo(), ""},
	} {
		var b bytes.Buffer
		report(&env{stderr: &b}, c.err)
		require.Equal(t, c.want, b.String())
	}
}

// TestInterrupted: what a signal ended is not told as a fault of something else, and a
// command that says how far it came still does.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	down := &hsm.Error{Err: errors.Join(hsm.ErrUnavailable, context.Canceled), Hint: "see its log"}
	far := &problem{what: "stopped after 3 rows: interrupted", hint: "--resume goes on", err: down}
	for _, c := range []struct {
		err  error
		want string
		code int
	}{
		{down, "pinion: interrupted\n", exitInterrupted},
		{about("--device", down), "pinion: interrupted\n", exitInterrupted},
		{far, "pinion: stopped after 3 rows: interrupted\n  hint: --resume goes on\n", exitInterrupted},
		{usage("no device is named"), "pinion: no device is named\n", exitUsage},
		{answerNo(), "", exitNo},
	} {
		var b bytes.Buffer
		require.Equal(t, c.code, report(&env{stderr: &b}, afterInterrupt(c.err)))
		require.Equal(t, c.want, b.String())
	}
	require.NoError(t, afterInterrupt(nil))

	e := func(b *bytes.Buffer) *env {
		return &env{stdout: b, stderr: b, getenv: func(name string) string {
			return map[string]string{"PINION_PASSPHRASE": "a passphrase"}[name]
		}}
	}
	var b bytes.Buffer
	device := "soft:" + filepath.Join(t.TempDir(), "keys.json")
	generate := []string{"key", "generate", "--device", device, "--label", "zpk1", "--usage", "P0", "--algorithm", "TDES2"}
	require.Equal(t, exitOK, run(t.Context(), generate, e(&b)), b.String())
	b.Reset()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.Equal(t, exitInterrupted, run(ctx, []string{"key", "list", "--device", device}, e(&b)))
	require.Equal(t, "pinion: interrupted\n", b.String())

	store := "sqlite:" + filepath.Join(t.TempDir(), "issuer.db")
	s, err := sqlstore.Open(t.Context(), store)
	require.NoError(t, err)
	require.NoError(t, s.Close())
	for _, args := range [][]string{{"audit", "verify", "--store", store}, {"audit", "export", "--store", store}} {
		b.Reset()
		require.Equal(t, exitInterrupted, run(ctx, args, e(&b)))
		require.Equal(t, "pinion: interrupted\n", b.String())
	}
}

// TestExitCodesOfLab runs commands that end in different ways.
func TestExitCodesOfLab(t *testing.T) {
	t.Parallel()
	const key = "0123456789ABCDEFFEDCBA9876543210"
	for _, c := range []struct {
		code int
		line string
	}{
		{0, "lab decode --format iso-0 --block 041215FEDCBA9876 --pan 5432101234567891"},
		{1, "lab decode --format iso-0 --block 041215FEDCBA9870 --pan 5432101234567891"},
		{1, "lab open --format iso-0 --block 0011223344556677 --pan 5432101234567891 --key " + key},
		{1, "lab diagnose --block 0011223344556677 --key " + key},
		{1, "lab verify --method visa-pvv --pan 5432101234567891 --pin 1234 --reference 0000 --pvk " + key},
		{2, "lab verify --method visa-pvv --pan 5432101234567891 --pin 1234 --reference 000 --pvk " + key},
		{2, "lab decode --format iso-0 --block 041215FEDCBA --pan 5432101234567891"},
		{2, "lab nothing"},
		{2, "--nothing"},
		{2, "help nothing"},
		{3, "lab translate --policy ibm-cca --from-format iso-0 --to-format iso-1 --pan 5432101234567891 --block 0011223344556677 --from-key " + key + " --to-key " + key},
	} {
		code, _, stderr := command(t, strings.Fields(c.line)...)
		require.Equal(t, c.code, code, "%s\n%s", c.line, stderr)
		require.NotContains(t, stderr, key)
		require.NotContains(t, stderr, "Usage:")
	}
}

// TestNothingTypedIsEchoed puts one telling value in the place of every flag of
// every lab command, and wants it in no error.
func TestNothingTypedIsEchoed(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"98x6731", "9876731", "98767310G", "987673198767319876731"} {
		everyCommand(t, func(path string, c *cobra.Command) {
			if !strings.HasPrefix(path, "pinion lab ") || path == "pinion lab serve" {
				return // serve takes an address and a directory, and makes that
			}
			words := strings.Fields(path)[1:]
			for line := range strings.SplitSeq(c.Example, "\n") {
				example := strings.Fields(line)
				for i, w := range example {
					if !strings.HasPrefix(w, "--") || w == "--format" || w == "--device" || strings.HasSuffix(w, "-format") || i+1 == len(example) {
						continue // names are shown, with what they are near to
					}
					args := append([]string(nil), example[1:]...)
					args[i] = value // the word after the flag
					_, _, stderr := command(t, args...)
					require.NotContains(t, stderr, value, "%v", args)
				}
			}
			_, _, stderr := command(t, append(words, value)...)
			require.NotContains(t, stderr, value)
			_, _, stderr = command(t, append(words, "--pin"+value)...)
			require.NotContains(t, stderr, value)
			_, _, stderr = command(t, append(words, "-"+value)...)
			require.NotContains(t, stderr, value)
		})
	}
}

// fullDisk is a writer that takes nothing.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("full") }

// TestNotWritten: what nobody could read is no success, whatever it was.
func TestNotWritten(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"--help", "help formats", "formats", "key", "key list --help", "version", "lab formats", "demo --fast --device soft:"} {
		var b bytes.Buffer
		e := &env{stdin: strings.NewReader(""), stdout: fullDisk{}, stderr: &b}
		require.Equal(t, exitUsage, run(t.Context(), strings.Fields(line), e), line)
		require.Equal(t, "pinion: the result could not be written\n", b.String(), line)
	}
}

// TestWrongLines says what is wrong with command lines that are typed in haste.
func TestWrongLines(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "empty")
	require.NoError(t, os.WriteFile(empty, nil, 0o600))
	for line, want := range map[string]string{
		"--version":               "'pinion version' prints it",
		"completion tcsh":         "pinion completion has no command",
		"lab combine":             "--part is missing",
		"lab natural":             "32 or 48 hex digits",
		"lab verify --method gbp": "32 or 48 hex digits",
		"key combine --label k --usage K0 --algorithm TDES2": "--parts is missing",
		"audit verify one two":                               "more than one file",
		"audit verify --store sqlite:" + empty:               "is no SQLite database",
	} {
		code, stdout, stderr := command(t, strings.Fields(line)...)
		require.Equal(t, exitUsage, code, line)
		require.Empty(t, stdout, line)
		require.Contains(t, stderr, want, line)
	}
	code, _, stderr := command(t, "audit", "export", "--store", "sqlite:root_test.go")
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, "is no SQLite database")
	info, err := os.Stat(empty)
	require.NoError(t, err)
	require.Zero(t, info.Size(), "no database was made of it")
}
