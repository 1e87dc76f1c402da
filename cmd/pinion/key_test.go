package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

// answers returns a prompt that gives one answer after the other, and what it was
// asked.
func answers(list ...string) (prompt func(string) ([]byte, error), asked *[]string) {
	asked = new([]string)
	return func(question string) ([]byte, error) {
		*asked = append(*asked, question)
		if len(list) == 0 {
			return nil, errors.New("nobody is there any more")
		}
		answer := list[0]
		list = list[1:]
		return []byte(answer), nil
	}, asked
}

// TestComponentsMakeTheKey splits a known key, and compares bytes.
func TestComponentsMakeTheKey(t *testing.T) {
	t.Parallel()
	const known = "0123456789ABCDEFFEDCBA9876543210"
	for n := keys.MinComponents; n <= keys.MaxComponents; n++ {
		dir := filepath.Join(t.TempDir(), "out")
		var out, errs bytes.Buffer
		prompt, _ := answers("  0123 4567 89ab cdef FEDC BA98 7654 3210")
		e := &env{stdin: strings.NewReader(""), stdout: &out, stderr: &errs, prompt: prompt}
		require.Equal(t, exitOK, run(t.Context(), []string{"key", "components", "--algorithm", "tdes2", "--parts", string(rune('0' + n)), "--out-dir", dir}, e), errs.String())
		require.NotContains(t, strings.ReplaceAll(out.String()+errs.String(), dir, "out"), "0123") // a temporary name may have it by chance
		var parts []keys.Component
		files, err := filepath.Glob(filepath.Join(dir, "component-*-of-*.txt"))
		require.NoError(t, err)
		require.Len(t, files, n)
		for _, name := range files {
			text, said, err := readComponentFile("", name)
			require.NoError(t, err)
			require.Equal(t, "08D7B4", said)
			c, err := cleartext.ParseComponent(keys.TDES2, trimSecret(text))
			require.NoError(t, err)
			parts = append(parts, c)
			require.Contains(t, out.String(), c.KCV()+"  "+name)
			info, err := os.Stat(name)
			require.NoError(t, err)
			require.Equal(t, os.FileMode(0o600), info.Mode())
		}
		k, err := keys.Combine(keys.TDES2, keys.UsageKEK, keys.KeepParity, parts...)
		require.NoError(t, err)
		require.Equal(t, known, cleartext.Hex(k))
	}
}

// TestShowComponents shows each component on a screen of its own, and clears every
// screen, also the last, and also where the terminal goes away.
func TestShowComponents(t *testing.T) {
	t.Parallel()
	k, err := keys.Generate(keys.AES256, keys.UsageKEK)
	require.NoError(t, err)
	parts, err := keys.Split(k, 3)
	require.NoError(t, err)
	for _, enters := range []int{6, 3} {
		var out bytes.Buffer
		err = showComponents(strings.NewReader(strings.Repeat("\n", enters)), &out, parts, k.KCV())
		require.Equal(t, enters == 6, err == nil)
		shown := 0
		for _, s := range strings.Split(out.String(), clearScreen) {
			on := 0
			for _, c := range parts {
				if strings.Contains(s, strings.TrimSpace(string(componentText(c)))) {
					require.Contains(t, s, c.KCV())
					on++
				}
			}
			require.LessOrEqual(t, on, 1, "one on a screen")
			shown += on
		}
		require.Equal(t, (enters+1)/2, shown)
		require.True(t, strings.HasSuffix(out.String(), clearScreen))
	}
}

// TestCombineAsks follows a ceremony: every custodian is asked for one component
// and for its check value, and nobody before it is known that the label is free.
func TestCombineAsks(t *testing.T) {
	t.Parallel()
	const one, two = "10325476 98BADCFE 67452301 EFCDAB89", "11111111111111119999999999999999"
	args := []string{"key", "combine", "--device", "soft:", "--label", "zmk", "--usage", "K0", "--algorithm", "TDES2", "--parts", "2"}
	do := func(list ...string) (code int, stderr string, asked []string) {
		var out, errs bytes.Buffer
		prompt, questions := answers(list...)
		code = run(t.Context(), args, &env{stdin: strings.NewReader(""), stdout: &out, stderr: &errs, prompt: prompt})
		for _, digits := range []string{"1032", "1111", "9999"} {
			require.NotContains(t, out.String()+errs.String(), digits)
		}
		return code, errs.String(), *questions
	}
	code, stderr, asked := do(one, "", two, "")
	require.Equal(t, exitOK, code, stderr)
	require.Len(t, asked, 4)
	require.Contains(t, asked[0], "component 1 of 2 of key zmk, 32 hex digits")
	require.Contains(t, asked[2], "component 2 of 2")

	code, stderr, asked = do("nonsense", one, "r", one, "", two, "")
	require.Equal(t, exitOK, code, stderr)
	require.Len(t, asked, 7)
	require.NotContains(t, stderr, "nonsense")

	code, _, _ = do(one, "")
	require.NotEqual(t, exitOK, code, "a terminal that goes away")
	code, stderr, _ = do(one, "", one, "")
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, "components 1 and 2 are the same")
}

// TestNoKeyIsEchoed puts a key in the place of every flag of every key command but
// those for labels and names, and wants it in no output.
func TestNoKeyIsEchoed(t *testing.T) {
	t.Parallel()
	named := map[string]bool{"label": true, "kbpk": true, "name": true}
	for _, value := range []string{"0123456789ABCDEFFEDCBA9876543210", "D0112P0TB00E0000XYZ9876731", "98767310G"} {
		everyCommand(t, func(path string, c *cobra.Command) {
			if !strings.HasPrefix(path, "pinion key ") {
				return
			}
			words := strings.Fields(path)[1:]
			for line := range strings.SplitSeq(c.Example, "\n") {
				example := strings.Fields(line)
				for i, w := range example {
					if !strings.HasPrefix(w, "--") || named[w[2:]] || i+1 == len(example) {
						continue
					}
					args := append([]string(nil), example[1:]...)
					for j := range args { // a device that leaves nothing behind
						if strings.HasPrefix(args[j], "soft") {
							args[j] = "soft:"
						}
						if strings.HasPrefix(args[j], "/") {
							args[j] = filepath.Join(t.TempDir(), "none", "none")
						}
					}
					if strings.Contains(args[i], "/none") {
						continue // names of files are shown where they are in the way
					}
					args[i] = value
					_, stdout, stderr := command(t, args...)
					require.NotContains(t, stdout+stderr, value, "%v", args)
				}
			}
			for _, args := range [][]string{{value}, {"--block", value}, {"--" + value}, {"-" + value}} {
				_, stdout, stderr := command(t, append(words, args...)...)
				require.NotContains(t, stdout+stderr, value, "%v", args)
			}
		})
	}
}
