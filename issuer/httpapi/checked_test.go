package httpapi

import (
	"bytes"
	"flag"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

// seen is every outcome of every operation that any test has met, like
// "verifyPIN 403 pin-blocked".
var seen = struct {
	sync.Mutex
	outcomes map[string]bool
}{outcomes: map[string]bool{}}

// TestMain fails if the document has an outcome that no test has met.
func TestMain(m *testing.M) {
	code := m.Run()
	if code == 0 && flag.Lookup("test.run").Value.String() == "" && flag.Lookup("test.fuzz").Value.String() == "" {
		for _, o := range documented() {
			if !seen.outcomes[o] {
				fmt.Fprintln(os.Stderr, "no test has met the outcome", o)
				code = 1
			}
		}
	}
	os.Exit(code)
}

// documented is every outcome that there is.
func documented() []string {
	var list []string
	for _, op := range table {
		list = append(list, outcomeName(op, op.Status, ""))
		for _, k := range op.problems() {
			list = append(list, outcomeName(op, k.Status, k.Slug))
		}
	}
	slices.Sort(list)
	return list
}

func outcomeName(op *operation, status int, slug string) string {
	return strings.TrimSpace(op.ID + " " + strconv.Itoa(status) + " " + slug)
}

// checker holds answers against the document that the server serves.
type checker struct {
	sync.Mutex
	root     map[string]any
	compiler *jsonschema.Compiler
	schemas  map[string]*jsonschema.Schema
}

func newChecker(t *testing.T, url string) *checker {
	t.Helper()
	res, err := http.Get(url + "/openapi.json")
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	root, err := jsonschema.UnmarshalJSON(res.Body)
	require.NoError(t, err)
	c := &checker{root: root.(map[string]any), compiler: jsonschema.NewCompiler(), schemas: map[string]*jsonschema.Schema{}}
	c.compiler.DefaultDraft(jsonschema.Draft2020)
	c.compiler.AssertFormat()
	require.NoError(t, c.compiler.AddResource(documentURL, root))
	return c
}

func (c *checker) schema(t *testing.T, names ...string) *jsonschema.Schema {
	t.Helper()
	c.Lock()
	defer c.Unlock()
	at := pointer(names...)
	if c.schemas[at] == nil {
		s, err := c.compiler.Compile(at)
		require.NoError(t, err, at)
		c.schemas[at] = s
	}
	return c.schemas[at]
}

// at returns a value of the document.
func (c *checker) at(names ...string) any {
	var v any = c.root
	for _, n := range names {
		m, _ := v.(map[string]any)
		v = m[n]
	}
	return v
}

// check holds one answer against the document.
func (c *checker) check(t *testing.T, a *api, q *http.Request, got answer) {
	t.Helper()
	require.Equal(t, "no-store", got.header.Get("Cache-Control"))
	require.Equal(t, "nosniff", got.header.Get("X-Content-Type-Options"))
	media, _, _ := strings.Cut(got.header.Get("Content-Type"), ";")
	_, pattern := a.mux.Handler(q)
	method, path, _ := strings.Cut(pattern, " ")
	i := slices.IndexFunc(table, func(op *operation) bool { return op.Method == method && op.Path == path })
	if i < 0 || !plainPath(q.URL) || q.Method == http.MethodHead {
		if media == mediaProblem && q.Method != http.MethodHead {
			c.valid(t, c.schema(t, "components", "schemas", "Problem"), got.body)
		}
		return
	}
	op, status := table[i], strconv.Itoa(got.status)
	where := []string{"paths", path, strings.ToLower(method), "responses", status}
	require.NotNil(t, c.at(where...), "%s: status %s is not in the document: %s", op.ID, status, got.body)
	seen.Lock()
	seen.outcomes[outcomeName(op, got.status, got.kind())] = true
	seen.Unlock()

	content, _ := c.at(append(where, "content")...).(map[string]any)
	if content == nil {
		require.Empty(t, got.body)
		return
	}
	described, _ := content[media].(map[string]any)
	require.NotNil(t, described, "%s: %s is not a described type", op.ID, media)
	if media == mediaProblem {
		c.checkProblem(t, op, got)
	}
	if described["schema"] == nil {
		return
	}
	s := c.schema(t, append(where, "content", media, "schema")...)
	for _, text := range split(media, got.body) {
		c.valid(t, s, text)
	}
}

// checkProblem checks what goes with a problem.
func (c *checker) checkProblem(t *testing.T, op *operation, got answer) {
	t.Helper()
	switch got.status {
	case 401:
		require.Contains(t, got.header.Get("WWW-Authenticate"), "Bearer")
	case 429, 503:
		n, err := strconv.Atoi(got.header.Get("Retry-After"))
		require.NoError(t, err, "%s: %s without Retry-After", op.ID, got.kind())
		require.Positive(t, n)
	}
	code, _ := got.json(t, "ActionCode").(string)
	require.Equal(t, op.ID == "pinControl", code != "", "%s: ActionCode %q", op.ID, code)
}

// split returns the documents of a body: one, or one a line.
func split(media string, body []byte) [][]byte {
	if media != mediaLines {
		return [][]byte{body}
	}
	return slices.Collect(bytes.Lines(body))
}

func (c *checker) valid(t *testing.T, s *jsonschema.Schema, text []byte) {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err, "%s", text)
	require.NoError(t, s.Validate(v), "%s", text)
}
