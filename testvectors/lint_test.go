package testvectors_test

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/testvectors"
)

func TestLintEmbedded(t *testing.T) {
	t.Parallel()
	for _, name := range testvectors.Names() {
		data, err := fs.ReadFile(testvectors.FS, name)
		require.NoError(t, err)
		require.Empty(t, testvectors.LintData(data), name)
	}
}

// TestLintFinds changes one thing at a time in a file without problems.
func TestLintFinds(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, old, new, text string }{
		{"no JSON", "{", "", "not JSON"},
		{"count", `"count": 1`, `"count": 3`, "says 3"},
		{"topic", `"topic": "t"`, `"topic": ""`, "topic"},
		{"id", `"id": "a"`, `"id": "a b"`, "a b: the id"},
		{"operation", "pvv.scan", "pvv.scam", "unknown"},
		{"source", `"source": "s"`, `"source": " "`, "source"},
		{"origin", `"origin": "derived"`, `"origin": "dreamt"`, "origin"},
		{"confirmed", "own-only", "sure", "confirmed"},
		{"checked by nobody", `["x"]`, `[]`, "checked_by"},
		{"input unknown", `"hex"`, `"hax": "", "hex"`, `"hax"`},
		{"input missing", `"hex": "6A77E65CFE349D60"`, ``, `"hex" is missing`},
		{"expectation unknown", `"digits"`, `"x": 1, "digits"`, `"x"`},
		{"lower case", "6A77E65CFE349D60", "6a77E65CFE349D60", "hex in upper case"},
		{"separators", "6A77E65CFE349D60", "6A77 E65C FE34 9D60", "hex in upper case"},
		{"no digits", "6776", "677A", "digits is not decimal"},
		{"reason", `"expected": {"digits": "6776"}`, `"expect_error": {"reason": "mood"}`, `"mood"`},
		{"lower case where refused", "\"6A77E65CFE349D60\"},\n   \"expected\": {\"digits\": \"6776\"}", `"6a77"}, "expect_error": {"reason": "block-length"}`, "hex in upper case"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ps := testvectors.LintData([]byte(replace(t, oneVector, c.old, c.new)))
			require.NotEmpty(t, ps)
			var all []string
			for _, p := range ps {
				all = append(all, p.String())
			}
			require.Contains(t, strings.Join(all, "\n"), c.text)
		})
	}
}

// TestLintReasons: a reason may be explained in the file itself.
func TestLintReasons(t *testing.T) {
	t.Parallel()
	text := replace(t, oneVector, `"expected": {"digits": "6776"}`, `"expect_error": {"reason": "mood"}`)
	text = replace(t, text, `"conventions": {}`, `"conventions": {"reasons": {"mood": "bad"}}`)
	require.Empty(t, testvectors.LintData([]byte(text)))
}

// TestReasons: the reasons of every error the runner takes for a refusal are
// explained, and so are those of every vector.
func TestReasons(t *testing.T) {
	t.Parallel()
	for reason, text := range testvectors.Reasons {
		require.NotEmpty(t, text, reason)
	}
	for _, name := range testvectors.Names() {
		f, err := testvectors.Load(testvectors.FS, name)
		require.NoError(t, err)
		for _, v := range f.Vectors {
			if v.ExpectError != nil {
				require.Contains(t, testvectors.Reasons, v.ExpectError.Reason)
			}
		}
	}
}

// replace replaces the first occurrence, which must be there.
func replace(t *testing.T, s, old, new string) string {
	t.Helper()
	require.Contains(t, s, old)
	return strings.Replace(s, old, new, 1)
}
