package httpapi

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestFreeText has texts of clients in the audit log as they may be there: without
// PINs, account numbers masked, and otherwise to the letter.
func TestFreeText(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token := r.card(pan, "default", "")
	for sent, kept := range map[string]string{
		"why not":                              "why not",
		"'; DROP TABLE cards; --":              "'; DROP TABLE cards; --",
		"PIN 2468 it is, 2468":                 "PIN [PIN] it is, [PIN]",
		"card 4111111111111111 lost":           "card 411111...1111 lost",
		"card 4111 1111 1111 1111 lost":        "card 411111...1111 lost",
		"4111-1111-1111-1111":                  "411111...1111",
		"call 020 7946 0123":                   "call 020 7946 0123",
		"9246800000002468999":                  "9[PIN]0...8999",
		"“quoted” — ünïcödé":                   "“quoted” — ünïcödé",
		"<b>" + strings.Repeat("é", 797):       "<b>" + strings.Repeat("é", 797),
		strings.Repeat("4111111111111111 ", 3): "411111...1111 ",
	} {
		body, err := json.Marshal(f{"pin": "2468", "description": sent})
		require.NoError(t, err)
		a := r.send("POST", "/cards/"+token+"/pin", string(body))
		require.Equal(t, http.StatusNoContent, a.status, "%s: %s", sent, a.body)
		entries := auditLog(t, r)
		require.Equal(t, kept, entries[len(entries)-1]["description"])
	}
	for _, bad := range []string{"a\nb", "a\x00b", "a\x7fb", "a\u2028b", "a\u0085b", strings.Repeat("x", 801)} {
		body, err := json.Marshal(f{"pin": "2468", "description": bad})
		require.NoError(t, err)
		require.Equal(t, "invalid-request", r.send("POST", "/cards/"+token+"/pin", string(body)).kind(), "%q", bad)
	}
}
