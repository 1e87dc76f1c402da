package httpapi

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDocument checks the document itself: that it is OpenAPI, as far as a JSON
// reader can say, with one operation for each of the table.
func TestDocument(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var d openAPI
	require.NoError(t, json.Unmarshal(r.send("GET", "/openapi.json", "").body, &d))
	require.Equal(t, "3.1.0", d.OpenAPI)
	n := 0
	for _, methods := range d.Paths {
		n += len(methods)
	}
	require.Equal(t, len(table), n)
	ids := map[string]bool{}
	for _, op := range table {
		require.False(t, ids[op.ID], op.ID)
		ids[op.ID] = true
		c := d.Paths[op.Path][strings.ToLower(op.Method)]
		require.NotNil(t, c, op.ID)
		require.Equal(t, op.ID, c.ID)
		require.Equal(t, op.Public, len(c.Security) == 0, op.ID)
		require.NotEmpty(t, c.Summary)
		for _, k := range op.problems() {
			require.Contains(t, c.Responses, strconv.Itoa(k.Status), "%s %s", op.ID, k.Slug)
		}
	}
	page := r.send("GET", "/docs", "")
	require.Equal(t, 200, page.status)
	for _, k := range kinds {
		require.Contains(t, string(page.body), `id="`+k.Slug+`"`)
	}
	for _, op := range table {
		require.Contains(t, string(page.body), `id="`+op.ID+`"`)
	}
	for _, loads := range []string{"<script", "<img", "http://", "src=", "@import", "url("} {
		require.NotContains(t, string(page.body), loads)
	}
	require.Contains(t, page.header.Get("Content-Security-Policy"), "default-src 'none'; style-src 'sha256-")
}
