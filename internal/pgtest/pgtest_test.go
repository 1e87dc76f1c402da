package pgtest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/pgtest"
)

// query asks a database by psql, which belongs to the same installation.
func query(t *testing.T, c *pgtest.Cluster, dsn, sql string) string {
	t.Helper()
	out, err := exec.Command(filepath.Join(c.BinDir(), "psql"), "-XAtq", "-d", dsn, "-c", sql).CombinedOutput()
	require.NoError(t, err, string(out))
	return string(out)
}

func TestCluster(t *testing.T) {
	t.Parallel()
	c := pgtest.New(t, pgtest.Set("work_mem", "5MB"))
	one, err := c.Database("one")
	require.NoError(t, err)
	_, err = c.Database("one")
	require.ErrorContains(t, err, "already exists")
	two, err := c.Database(`tw"o`)
	require.NoError(t, err)

	require.Equal(t, "on\n", query(t, c, one, "SHOW fsync"))
	require.Equal(t, "5MB\n", query(t, c, one, "SHOW work_mem"))
	require.Equal(t, "one\n", query(t, c, c.TCP("one"), "SELECT current_database()"))
	require.Equal(t, "tw\"o\n", query(t, c, two, "SELECT current_database()"))

	query(t, c, one, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
	require.NoError(t, c.Kill())
	require.NoError(t, c.Start())
	require.Equal(t, "7\n", query(t, c, one, "SELECT n FROM kept"))
	require.NoError(t, c.Stop())
	require.NoError(t, c.Start())
	require.Equal(t, "7\n", query(t, c, one, "SELECT n FROM kept"))

	require.FileExists(t, filepath.Join(c.BinDir(), "pgbench"))
	require.NoError(t, c.Close())
	require.NoError(t, c.Close())
	out, err := exec.Command(filepath.Join(c.BinDir(), "psql"), "-XAtq", "-d", one, "-c", "SELECT 1").CombinedOutput()
	require.Error(t, err, string(out))
}

// TestOrphan kills a process that has a cluster: nothing must be left of it.
func TestOrphan(t *testing.T) {
	t.Parallel()
	if note := os.Getenv("PGTEST_ORPHAN"); note != "" {
		dir := orphan(t)
		require.NoError(t, os.WriteFile(note, []byte(dir), 0o600))
		select {} // until it is killed
	}
	base, err := os.MkdirTemp("", "pg")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(base, 0o755))
	t.Cleanup(func() { _ = os.RemoveAll(base) })
	note := filepath.Join(t.TempDir(), "note")
	cmd := exec.Command(os.Args[0], "-test.run=^TestOrphan$")
	cmd.Env = append(os.Environ(), "PGTEST_ORPHAN="+note, "TMPDIR="+base)
	require.NoError(t, cmd.Start())
	require.Eventually(t, func() bool { b, err := os.ReadFile(note); return err == nil && len(b) > 0 }, time.Minute, 20*time.Millisecond)
	names, err := filepath.Glob(filepath.Join(base, "pgtest*", "data", "postmaster.pid"))
	require.NoError(t, err)
	require.Len(t, names, 1)
	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())
	require.Eventually(t, func() bool {
		left, err := filepath.Glob(filepath.Join(base, "pgtest*"))
		return err == nil && len(left) == 0
	}, 30*time.Second, 20*time.Millisecond)
}

func orphan(t *testing.T) string {
	t.Helper()
	c, err := pgtest.Start(pgtest.WithoutSync())
	require.NoError(t, err)
	return c.DSN("postgres")
}
