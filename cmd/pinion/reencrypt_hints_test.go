package main

import (
	"bytes"
	"compress/gzip"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestReencryptHints reads what is said of inputs that cannot be used: what is wrong, and
// what would help against that and nothing else.
func TestReencryptHints(t *testing.T) {
	t.Parallel()
	p := newPortfolio(t, keystoreURI, 3000)
	code, _, stderr := command(t, "lab", "load", "--device", p.device, "--key", "bdk1:B0:0123456789ABCDEFFEDCBA9876543210")
	require.Equal(t, exitOK, code, stderr)
	whole, err := os.ReadFile(p.path("in.csv"))
	require.NoError(t, err)
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	_, err = w.Write(whole)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	gz := zipped.String()
	const again, goesOn = "--force begins anew, with an input that was put right", "--resume goes on from there"
	for name, c := range map[string]struct {
		text  string
		flags []string
		says  []string
		not   string
	}{
		"empty":         {"", nil, []string{"the file is empty"}, "--map"},
		"bzip2":         {"BZh91AY&SY\x00\x01", nil, []string{"compressed by bzip2: want gzip, zstd or no compression"}, "--map"},
		"xz":            {"\xfd7zXZ\x00\x00\x04", nil, []string{"compressed by xz"}, "--map"},
		"zip":           {"PK\x03\x04\x14\x00\x00\x00\x00\x00", nil, []string{"compressed by zip"}, "--map"},
		"no pan":        {"account,block\n", nil, []string{"the header has none for pan", "--map pan=COLUMN"}, ""},
		"no ksn":        {"pan,block\n", []string{"--from-key", "bdk1"}, []string{"none for ksn, the key serial number", "--map ksn=COLUMN"}, "--map pan"},
		"no to_ksn":     {"pan,block\n", []string{"--to-key", "bdk1"}, []string{"none for to_ksn, the key serial number", "--map to_ksn=COLUMN"}, "--map pan"},
		"long header":   {"pan,block," + strings.Repeat("x", 65<<10) + "\n", nil, []string{"the header is longer than 64 KiB"}, "well-formed"},
		"longer header": {strings.Repeat("x", 17<<20), nil, []string{"a line of more than 16 MiB"}, "empty"},
		"bad header":    {"pan,\"block\n", nil, []string{"the header is not well-formed: a quote"}, "--map"},
		"two cases":     {"pan,block,Block\n", nil, []string{"two are called block, in upper case or lower case", "--map block=COLUMN"}, ""},
		"map no case":   {"pan,Block\n", []string{"--map", "block=block"}, []string{"upper and lower case are told apart"}, "COLUMN"},
		"cut off":       {gz[:len(gz)-9], nil, []string{again, goesOn}, ""},
		"more behind":   {gz + "garbage, a lot of it", nil, []string{again, goesOn}, ""},
		"a long line":   {string(whole) + strings.Repeat("x", 17<<20) + "\n", nil, []string{"a line of more than 16 MiB", again}, goesOn},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(dir+"/in.csv", []byte(c.text), 0o600))
			args := append([]string{"reencrypt", "--device", p.device, "--allow-in-process", "--in", dir + "/in.csv", "--out", dir + "/out.csv",
				"--rejects", dir + "/rejects.csv", "--from-key", "zpk1", "--from-format", "iso-0"}, toTDES...)
			code, _, stderr := command(t, append(args, c.flags...)...)
			require.Equal(t, exitUsage, code, stderr)
			for _, s := range c.says {
				require.Contains(t, stderr, s)
			}
			if c.not != "" {
				require.NotContains(t, stderr, c.not)
			}
		})
	}
}
