package audit_test

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/issuer/audit"
)

// TestLines reads a log as it was written, and holds every line to its bytes.
func TestLines(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	enc := json.NewEncoder(&text)
	for _, e := range log() {
		require.NoError(t, enc.Encode(e))
	}
	head, err := audit.Verify(audit.Start(), audit.Lines(strings.NewReader(text.String())))
	require.NoError(t, err)
	require.EqualValues(t, 4, head.Seq)

	for name, change := range map[string]func(string) string{
		"no entry":  func(s string) string { return "{\n" + s },
		"blank":     func(s string) string { return strings.Replace(s, "\n", " \n", 1) },
		"twice":     func(s string) string { return strings.Replace(s, `{"seq":1`, `{"seq":1,"seq":1`, 1) },
		"member":    func(s string) string { return strings.Replace(s, `{"seq":1`, `{"more":1,"seq":1`, 1) },
		"entry":     func(s string) string { return strings.Replace(s, `"client"`, `"another"`, 1) },
		"empty":     func(s string) string { return "\n" + s },
		"last half": func(s string) string { return s[:len(s)-9] },
	} {
		changed := change(text.String())
		require.NotEqual(t, text.String(), changed)
		_, err := audit.Verify(audit.Start(), audit.Lines(strings.NewReader(changed)))
		require.ErrorIs(t, err, audit.ErrBroken, name)
	}
	_, err = audit.Verify(audit.Start(), audit.Lines(iotest.ErrReader(io.ErrClosedPipe)))
	require.ErrorIs(t, err, io.ErrClosedPipe)
	_, err = audit.Verify(audit.Start(), audit.Lines(strings.NewReader(strings.Repeat("x", 1<<17))))
	require.Error(t, err)
	require.False(t, errors.Is(err, audit.ErrBroken), "it was not read")
}
