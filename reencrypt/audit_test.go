package reencrypt_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/issuer/audit"
	"github.com/pinion-hsm/pinion/reencrypt"
)

// entries returns the entries of a log whose chain holds.
func entries(t *testing.T, path string) (list []audit.Entry) {
	t.Helper()
	text := read(t, path)
	_, err := audit.Verify(audit.Start(), audit.Lines(strings.NewReader(text)))
	require.NoError(t, err)
	for e := range audit.Lines(strings.NewReader(text)) {
		list = append(list, e)
	}
	return list
}

// TestAuditLog enters three runs.
func TestAuditLog(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	log := filepath.Join(t.TempDir(), "log.ndjson")
	in := write(t, "in.csv", table(t, r, cards(10), 5))
	for i := range 3 {
		o := r.options(t, in)
		o.AuditLog = log
		_, err := reencrypt.Run(t.Context(), o)
		require.NoError(t, err)
		list := entries(t, log)
		require.Len(t, list, i+1)
		last := list[i]
		require.Equal(t, "portfolio.reencrypt", last.Action)
		require.Equal(t, "rejects", last.Outcome)
		require.Equal(t, sum(read(t, reencrypt.ManifestOf(o.Out))), last.Trace)
		require.Contains(t, last.Description, "10 rows, 2 rejected, from zpk1 (KCV 08D7B4, ISO-0) to zpk2")
	}
}

// TestAuditLogCutOff cuts a log of three entries off at every byte of its last. An entry
// that lacks nothing but its line's end stays; half a line is neither continued nor
// removed.
func TestAuditLogCutOff(t *testing.T) {
	t.Parallel()
	log := filepath.Join(t.TempDir(), "log.ndjson")
	m := func(rows int64) *reencrypt.Manifest { return &reencrypt.Manifest{Rows: rows} }
	for i := range int64(3) {
		require.NoError(t, m(i).Enter(log))
	}
	whole := read(t, log)
	last := strings.LastIndex(strings.TrimSuffix(whole, "\n"), "\n") + 1
	for end := last; end < len(whole); end++ {
		cut := whole[:end]
		require.NoError(t, os.WriteFile(log, []byte(cut), 0o600))
		err := m(3).Enter(log)
		switch end {
		case last: // as if the entry had not been there
			require.NoError(t, err)
			require.Len(t, entries(t, log), 3)
		case len(whole) - 1:
			require.NoError(t, err)
			require.Len(t, entries(t, log), 4)
			require.True(t, strings.HasPrefix(read(t, log), whole))
		default:
			require.ErrorIs(t, err, reencrypt.ErrAudit, "%d bytes of the line", end-last)
			require.ErrorContains(t, err, "entry 3 in a copy")
			require.Equal(t, cut, read(t, log))
		}
	}
	require.NoError(t, os.WriteFile(log, []byte(strings.TrimSuffix(whole, "\n")), 0o600))
	require.NoError(t, m(2).Enter(log), "it is there")
	require.Equal(t, whole, read(t, log))
}

// TestAuditLogThatWasChanged is not continued; the run can be resumed when it is
// mended, from whatever place was reached.
func TestAuditLogThatWasChanged(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	log := filepath.Join(t.TempDir(), "log.ndjson")
	in := write(t, "in.csv", table(t, r, cards(10), 5))
	for name, undo := range map[string]func(t *testing.T, o reencrypt.Options){
		"all":      func(*testing.T, reencrypt.Options) {},
		"manifest": func(t *testing.T, o reencrypt.Options) { require.NoError(t, os.Remove(reencrypt.ManifestOf(o.Out))) },
		"out": func(t *testing.T, o reencrypt.Options) {
			require.NoError(t, os.Remove(reencrypt.ManifestOf(o.Out)))
			require.NoError(t, os.Rename(o.Out, o.Out+".partial"))
		},
		"rejects": func(t *testing.T, o reencrypt.Options) {
			require.NoError(t, os.Remove(reencrypt.ManifestOf(o.Out)))
			require.NoError(t, os.Rename(o.Out, o.Out+".partial"))
			require.NoError(t, os.Rename(o.Rejects, o.Rejects+".partial"))
		},
	} {
		require.NoError(t, os.WriteFile(log, nil, 0o600))
		o := r.options(t, in)
		o.AuditLog, o.Resume = log, true
		before := r.options(t, in)
		before.AuditLog = log
		_, err := reencrypt.Run(t.Context(), before)
		require.NoError(t, err)
		good := read(t, log)
		require.NoError(t, os.WriteFile(log, []byte(strings.Replace(good, "10 rows", "11 rows", 1)), 0o600))
		_, err = reencrypt.Run(t.Context(), o)
		require.ErrorIs(t, err, reencrypt.ErrAudit)
		var stopped *reencrypt.Stopped
		require.ErrorAs(t, err, &stopped)
		require.True(t, stopped.Resumable)
		require.FileExists(t, o.Out)
		undo(t, o)
		require.NoError(t, os.WriteFile(log, []byte(good), 0o600))
		m, err := reencrypt.Run(t.Context(), o)
		require.NoError(t, err, name)
		require.Equal(t, sum(read(t, o.Out)), m.Output.SHA256)
		require.Len(t, entries(t, log), 2)
		left, err := filepath.Glob(filepath.Join(filepath.Dir(o.Out), "*"))
		require.NoError(t, err)
		require.Len(t, left, 3, "%s: %v", name, left)
	}
}
