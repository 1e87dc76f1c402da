package reencrypt_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/reencrypt"
)

// TestResumeHoldsWhatIsThere changes the files of a run whose rows are done, before and
// after its end, and wants no hash stated that they do not have.
func TestResumeHoldsWhatIsThere(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	in := write(t, "in.csv", table(t, r, cards(500), 9))
	for name, log := range map[string]string{"its end failed": "nowhere/log", "finished": ""} {
		for _, end := range []string{"", ".gz"} {
			for what, change := range map[string]func(t *testing.T, path string){
				"longer": func(t *testing.T, path string) { appendTo(t, path, "tail\n") },
				"gone":   func(t *testing.T, path string) { require.NoError(t, os.Remove(path)) },
				"a bit": func(t *testing.T, path string) {
					text := []byte(read(t, path))
					text[len(text)/2] ^= 1
					require.NoError(t, os.WriteFile(path, text, 0o600))
				},
			} {
				for i := range 2 {
					o := r.options(t, in)
					o.Out, o.Rejects, o.Compress = o.Out+end, o.Rejects+end, reencrypt.CompressionOf(end)
					if log != "" {
						o.AuditLog = filepath.Join(t.TempDir(), log)
					}
					_, err := reencrypt.Run(t.Context(), o)
					require.Equal(t, log != "", err != nil, "%s: %v", name, err)
					path := []string{o.Out, o.Rejects}[i]
					before := read(t, path)
					change(t, path)
					o.AuditLog, o.Resume = "", true
					if m, err := reencrypt.Run(t.Context(), o); what == "gone" && i == 0 && log == "" {
						require.ErrorIs(t, err, reencrypt.ErrExists, "without its output it is no finished run")
					} else {
						require.ErrorIs(t, err, reencrypt.ErrChanged, "%s, %s: %v", name, what, m)
						require.ErrorContains(t, err, filepath.Base(path))
					}
					require.NoError(t, os.WriteFile(path, []byte(before), 0o600))
					m, err := reencrypt.Run(t.Context(), o)
					require.NoError(t, err)
					require.Equal(t, sum(read(t, o.Out)), m.Output.SHA256)
					require.Equal(t, sum(read(t, o.Rejects)), m.Rejects.SHA256)
				}
			}
		}
	}
}
