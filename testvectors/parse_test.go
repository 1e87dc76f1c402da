package testvectors_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/testvectors"
)

const oneVector = `{
 "schema": "pin-vectors/1", "topic": "t", "description": "d", "conventions": {}, "count": 1,
 "vectors": [
  {"id": "a", "op": "pvv.scan", "source": "s", "origin": "derived", "inputs": {"hex": "6A77E65CFE349D60"},
   "expected": {"digits": "6776"}, "checked_by": ["x"], "confirmed": "own-only"}
 ]
}
`

func TestParse(t *testing.T) {
	t.Parallel()
	f, err := testvectors.Parse([]byte(oneVector))
	require.NoError(t, err)
	require.Equal(t, "a", f.Vectors[0].ID)
	require.Empty(t, testvectors.Lint(f))
	require.Equal(t, 1, testvectors.Run(t.Context(), f, testvectors.Options{}).Count(testvectors.Passed))
}

// TestParseRefuses changes one thing at a time.
func TestParseRefuses(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, old, new, text string }{
		{"no JSON", `"count": 1,`, `"count": 1`, "not JSON"},
		{"something after it", "]\n}", "]\n}{}", "not JSON"},
		{"other schema", "pin-vectors/1", "pin-vectors/2", "schema"},
		{"member unknown", `"count": 1`, `"counts": 1, "count": 1`, `"counts"`},
		{"member twice", `"count": 1`, `"count": 1, "count": 1`, "twice"},
		{"member in other letters", `"topic"`, `"Topic"`, "topic"},
		{"member missing", `"topic": "t", `, ``, `"topic" is missing`},
		{"member null", `"topic": "t"`, `"topic": null`, "null"},
		{"member of another type", `"topic": "t"`, `"topic": 1`, "topic: want a text"},
		{"count is a text", `"count": 1`, `"count": "1"`, "count: want a whole number"},
		{"count is wrong", `"count": 1`, `"count": 2`, "says 2"},
		{"conventions are a list", `"conventions": {}`, `"conventions": []`, "want an object"},
		{"vectors are an object", `"vectors": [`, `"vectors": {}, "x": [`, "want a list"},
		{"member of a vector unknown", `"op"`, `"note": "", "op"`, `line 4: vectors[0]: member "note"`},
		{"inputs are a list", `"inputs": {"hex": "6A77E65CFE349D60"}`, `"inputs": []`, "line 4: vectors[0].inputs: want an object"},
		{"checked_by holds a number", `["x"]`, `["x", 1]`, "line 5: vectors[0].checked_by[1]: want a text"},
		{"no id", `"id": "a"`, `"id": ""`, "no id"},
		{"neither outcome", `"expected": {"digits": "6776"}, `, ``, "exactly one"},
		{"both outcomes", `"expected"`, `"expect_error": {"reason": "fill"}, "expected"`, "exactly one"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := testvectors.Parse([]byte(replace(t, oneVector, c.old, c.new)))
			require.ErrorContains(t, err, c.text)
		})
	}
	for _, text := range []string{"", "null", "[]", "0", `"x"`, "{}", "{"} {
		_, err := testvectors.Parse([]byte(text))
		require.Error(t, err, text)
	}
}

func TestParseRefusesEmptyAndDuplicate(t *testing.T) {
	t.Parallel()
	f, err := testvectors.Parse([]byte(oneVector))
	require.NoError(t, err)

	f.Vectors = append(f.Vectors, f.Vectors[0])
	f.Count = 2
	_, err = testvectors.Parse(marshal(t, f))
	require.ErrorContains(t, err, "a: the id is there twice")

	f.Vectors, f.Count = []testvectors.Vector{}, 0
	_, err = testvectors.Parse(marshal(t, f))
	require.ErrorContains(t, err, "no vectors")
}

func TestLoad(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{"a.json": {Data: []byte(oneVector)}, "b.json": {Data: []byte("{}")}}
	_, err := testvectors.Load(fsys, "a.json")
	require.NoError(t, err)
	_, err = testvectors.Load(fsys, "b.json")
	require.ErrorContains(t, err, "b.json")
	_, err = testvectors.Load(fsys, "c.json")
	require.Error(t, err)
}

// FuzzParse: what is accepted is a file with ids of its own and the right count,
// and stays what it is when it is written and read again. Running it returns a
// result for each vector, whatever the inputs are.
func FuzzParse(f *testing.F) {
	f.Add([]byte(oneVector))
	f.Add([]byte(`{"vectors": [{}], "count": 1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := testvectors.Parse(data)
		if err != nil {
			return
		}
		ids := map[string]bool{}
		for _, v := range file.Vectors {
			ids[v.ID] = true
		}
		if len(ids) == 0 || len(ids) != file.Count {
			t.Fatalf("%d ids, count %d", len(ids), file.Count)
		}
		again, err := testvectors.Parse(marshal(t, file))
		if err != nil {
			t.Fatal(err)
		}
		if got := testvectors.Run(t.Context(), again, testvectors.Options{}); len(got.Results) != file.Count {
			t.Fatalf("%d results, count %d", len(got.Results), file.Count)
		}
		if third, err := testvectors.Parse(marshal(t, again)); err != nil || !reflect.DeepEqual(again, third) {
			t.Fatalf("did not survive: %v", err)
		}
	})
}

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return b
}
