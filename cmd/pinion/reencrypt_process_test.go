package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
)

// portfolio is a folder with a device, and a file of rows under zpk1.
type portfolio struct {
	dir, device string
	rows        int
}

// portfolioKeys are on the device of a portfolio.
var portfolioKeys = []string{"zpk1:P0:0123456789ABCDEFFEDCBA9876543210", "zpk3:P0:23456789ABCDEF01DCBA98765432EF10",
	"zpk4:P0:aes:000102030405060708090A0B0C0D0E0F"}

const portfolioAES = "000102030405060708090A0B0C0D0E0F"

// portfolioCard returns the account number and the PIN of a row. A hundred
// thousand rows have a thousand blocks.
func portfolioCard(n int) (pan, pin string) {
	return fmt.Sprintf("4111111111%06d", n%1000), fmt.Sprintf("%04d", n%1000*7)
}

// badRow reports whether a row has a block that does not open.
func badRow(n int) bool { return n%97 == 96 }

func newPortfolio(t *testing.T, device string, rows int) *portfolio {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "pass"), []byte("correct horse"), 0o600))
	p := &portfolio{dir: dir, rows: rows, device: strings.ReplaceAll(device, "DIR", dir)}
	load := []string{"lab", "load", "--device", p.device}
	for _, k := range portfolioKeys {
		load = append(load, "--key", k)
	}
	code, _, stderr := command(t, load...)
	require.Equal(t, exitOK, code, stderr)
	key, err := cleartext.Parse(keys.TDES2, keys.UsagePIN, strings.Split(portfolioKeys[0], ":")[2])
	require.NoError(t, err)
	blocks := make([]string, 1000)
	for i := range blocks {
		panText, pinText := portfolioCard(i)
		pan, err := pinblock.ParsePAN(panText)
		require.NoError(t, err)
		pin, err := pinblock.ParsePIN(pinText)
		require.NoError(t, err)
		block, err := pinblock.Seal(t.Context(), nil, key, pinblock.ISO0, pin, pan)
		require.NoError(t, err)
		blocks[i] = fmt.Sprintf("%X", block)
	}
	f, err := os.Create(p.path("in.csv"))
	require.NoError(t, err)
	defer f.Close()
	w := bufio.NewWriter(f)
	_, _ = w.WriteString("id,pan,block,note\n")
	for n := range rows {
		pan, _ := portfolioCard(n)
		block := blocks[n%1000]
		if badRow(n) {
			block = "0011223344556677"
		}
		_, _ = fmt.Fprintf(w, "card-%d,%s,%s,\"no. %d, of\nmany\"\n", n, pan, block, n)
	}
	require.NoError(t, w.Flush())
	return p
}

func (p *portfolio) path(name string) string { return filepath.Join(p.dir, name) }

// hash returns the SHA-256 of a file, which may be long.
func (p *portfolio) hash(t *testing.T, name string) string {
	t.Helper()
	f, err := os.Open(p.path(name))
	require.NoError(t, err)
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	require.NoError(t, err)
	return hex.EncodeToString(h.Sum(nil))
}

// lines returns a reader of the lines of a file behind its header, "" at the end.
func (p *portfolio) lines(t *testing.T, name string) func() string {
	t.Helper()
	f, err := os.Open(p.path(name))
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.Close() })
	s := bufio.NewScanner(f)
	require.True(t, s.Scan())
	return func() string {
		s.Scan()
		require.NoError(t, s.Err())
		return s.Text()
	}
}

// command returns the program, which translates in.csv into out.
func (p *portfolio) command(ctx context.Context, out, rejects string, flags ...string) *exec.Cmd {
	args := []string{"reencrypt", "--device", p.device, "--allow-in-process", "--from-key", "zpk1", "--from-format", "iso-0",
		"--in", p.path("in.csv"), "--out", p.path(out), "--rejects", p.path(rejects), "--progress", "0"}
	cmd := exec.CommandContext(ctx, "pinion", append(args, flags...)...)
	cmd.Env = withoutConfig(os.Environ())
	tether(cmd)
	return cmd
}

var (
	toTDES = []string{"--to-key", "zpk3", "--to-format", "iso-0"}
	toAES  = []string{"--to-key", "zpk4", "--to-format", "iso-4"}
)

// whole runs the program to its end in one go.
func (p *portfolio) whole(t *testing.T, out, rejects string, flags ...string) *exec.Cmd {
	t.Helper()
	cmd := p.command(t.Context(), out, rejects, flags...)
	said, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit, "%s", said)
	require.Equal(t, exitNo, exit.ExitCode(), "%s", said) // some rows are rejected
	return cmd
}

// judge holds the rows of an output under zpk4 and its rejects to what came in.
func (p *portfolio) judge(t *testing.T, out, rejects string) {
	t.Helper()
	key, err := cleartext.ParseAES(portfolioAES, keys.UsagePIN)
	require.NoError(t, err)
	row, reject := p.lines(t, out), p.lines(t, rejects)
	for n := range p.rows {
		if badRow(n) {
			require.Regexp(t, fmt.Sprintf(`^%d,card-%d,`, n+1, n), reject())
			continue
		}
		f := strings.Split(row(), ",")
		require.Equal(t, `many"`, row())
		panText, pinText := portfolioCard(n)
		if len(f) != 5 || f[0] != fmt.Sprintf("card-%d", n) || f[1] != panText {
			t.Fatalf("row %d is another", n+1)
		}
		if n%10 == 0 || n < 2000 {
			require.True(t, opensTo(t, key, f[2], panText, pinText))
		}
	}
	require.Empty(t, row())
	require.Empty(t, reject())
}

// opensTo reports whether a block has a PIN.
func opensTo(t *testing.T, key keys.Key, blockText, panText, pinText string) bool {
	t.Helper()
	pan, err := pinblock.ParsePAN(panText)
	require.NoError(t, err)
	want, err := pinblock.ParsePIN(pinText)
	require.NoError(t, err)
	block, err := hex.DecodeString(blockText)
	require.NoError(t, err)
	pin, err := pinblock.Open(t.Context(), key, pinblock.ISO4, block, pan)
	require.NoError(t, err)
	return pin.Equal(want)
}
