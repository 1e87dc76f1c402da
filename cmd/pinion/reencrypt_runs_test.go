//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/reencrypt/queue"
)

// TestQueueRuns kills a submitter, finds its run and removes it.
func TestQueueRuns(t *testing.T) {
	t.Parallel()
	p := newPortfolio(t, keystoreURI, 2000)
	url := queueURL(t, sharedDatabase(t))
	code, out, _ := command(t, "reencrypt", "--queue", url, "--runs")
	require.Equal(t, exitOK, code)
	require.Equal(t, "no runs\n", out)

	cmd := p.submit(t, url, "out.csv", "rejects.csv", toTDES...)
	var said bytes.Buffer
	cmd.Stderr = &said
	require.NoError(t, cmd.Start())
	list := func() (runs []queue.Run) {
		code, out, stderr := command(t, "reencrypt", "--queue", url, "--runs", "--json")
		require.Equal(t, exitOK, code, stderr)
		var answer struct {
			Runs []queue.Run `json:"runs"`
		}
		require.NoError(t, json.Unmarshal([]byte(out), &answer))
		return answer.Runs
	}
	require.Eventually(t, func() bool { runs := list(); return len(runs) == 1 && runs[0].Chunks == 8 }, time.Minute, 10*time.Millisecond)
	_ = cmd.Process.Signal(syscall.SIGKILL)
	_ = cmd.Wait()
	run := list()[0].ID
	require.Contains(t, said.String(), "run "+run)
	code, out, _ = command(t, "reencrypt", "--queue", url, "--runs")
	require.Equal(t, exitOK, code)
	require.Regexp(t, `^`+run+`  at work, begun 20\S+Z, last there 20\S+Z
  translate zpk1 ISO-0 to zpk3 ISO-0, to the file out.csv
  0 rows so far, 0 rejected; in the database 8 chunks to be done and 0 results
$`, out)
	require.NotContains(t, out, p.dir)

	code, _, stderr := command(t, "reencrypt", "--queue", url, "--forget", run)
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, "pinion: the run is at work\n  hint: end its command with --in first")
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), `UPDATE pinion_reencrypt.run SET touched = now() - interval '2 hours'`)
	require.NoError(t, err)
	code, out, _ = command(t, "reencrypt", "--queue", url, "--forget-idle", "3h")
	require.Equal(t, exitOK, code)
	require.Equal(t, "no runs were forgotten\n", out)
	code, out, _ = command(t, "reencrypt", "--queue", url, "--forget", run)
	require.Equal(t, exitOK, code)
	require.Equal(t, "forgotten: "+run+"\n", out)
	emptied(t, url)
	code, _, stderr = command(t, "reencrypt", "--queue", url, "--forget", run)
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, "there is no such run")
}

// TestQueueRefused has a wrong password and a database that is not there said in words,
// with a code of their own, to whoever asks; and no word of --resume.
func TestQueueRefused(t *testing.T) {
	t.Parallel()
	p := newPortfolio(t, keystoreURI, 10)
	good, err := url.Parse(sharedDatabase(t).TCP("postgres"))
	require.NoError(t, err)
	wrong, none := *good, *good
	wrong.User = url.UserPassword(good.User.Username(), "swordfish")
	none.Path = "/nosuch"
	for _, c := range []struct {
		url  string
		code int
		what string
	}{
		{wrong.String(), exitRefused, "the password was refused (SQLSTATE 28P01)"},
		{none.String(), exitUsage, "the database is not on this server (SQLSTATE 3D000)"},
	} {
		device := []string{"--device", p.device, "--allow-in-process"}
		rows := append([]string{"--from-key", "zpk1", "--from-format", "iso-0", "--out", p.path("out.csv"), "--rejects", p.path("rejects.csv")}, toTDES...)
		for _, args := range [][]string{
			{"--queue", c.url, "--runs"},
			append([]string{"--queue", c.url, "--work"}, device...),
			append(append([]string{"--queue", c.url, "--in", p.path("in.csv")}, device...), rows...),
			append(append([]string{"--in-url", c.url, "--in-table", "public.cards"}, device...), rows...),
		} {
			code, _, stderr := command(t, append([]string{"reencrypt"}, args...)...)
			require.Equal(t, c.code, code, stderr)
			require.Contains(t, stderr, c.what)
			require.NotContains(t, stderr, "--resume")
			require.NotContains(t, stderr, "swordfish")
		}
	}
}

// quiet holds what a worker said to lines of its own: none of River's.
func (w *queueWorker) quiet(t *testing.T) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(w.said.String()), "\n")
	for _, line := range lines {
		require.Regexp(t, `^reencrypt: [^={]{1,160}$|^\d+ rows in \d+ chunks$`, line)
	}
	require.LessOrEqual(t, len(lines), 12, "%s", w.said)
}
