package testvectors_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"maps"
	"slices"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/testvectors"
)

const schemaName = "schema/pin-vectors-1.schema.json"

func document(t *testing.T, name string) any {
	t.Helper()
	data, err := fs.ReadFile(testvectors.FS, name)
	require.NoError(t, err)
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	require.NoError(t, err)
	return doc
}

func compile(t *testing.T) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource(schemaName, document(t, schemaName)))
	s, err := c.Compile(schemaName)
	require.NoError(t, err)
	return s
}

func TestSchemaTakesEmbedded(t *testing.T) {
	t.Parallel()
	s := compile(t)
	for _, name := range testvectors.Names() {
		require.NoError(t, s.Validate(document(t, name)), name)
	}
}

// TestSchemaKnowsEveryOperation: schema and runner have the same operations, and
// the schema holds each to its inputs.
func TestSchemaKnowsEveryOperation(t *testing.T) {
	t.Parallel()
	vector := document(t, schemaName).(map[string]any)["$defs"].(map[string]any)["vector"].(map[string]any)
	var ops, ruled []string
	for _, op := range vector["properties"].(map[string]any)["op"].(map[string]any)["enum"].([]any) {
		ops = append(ops, op.(string))
	}
	for _, rule := range vector["allOf"].([]any) {
		op := rule.(map[string]any)["if"].(map[string]any)["properties"].(map[string]any)["op"].(map[string]any)
		if one, ok := op["const"]; ok {
			ruled = append(ruled, one.(string))
			continue
		}
		for _, one := range op["enum"].([]any) {
			ruled = append(ruled, one.(string))
		}
	}
	require.ElementsMatch(t, testvectors.Ops(), ops)
	require.ElementsMatch(t, testvectors.Ops(), ruled)
}

// TestSchemaRefuses changes one thing at a time in the first vector of every
// operation that gives something and in the first that must be refused.
func TestSchemaRefuses(t *testing.T) {
	t.Parallel()
	s := compile(t)
	for _, name := range testvectors.Names() {
		seen := map[string]bool{}
		for _, v := range document(t, name).(map[string]any)["vectors"].([]any) {
			v := v.(map[string]any)
			kind := v["op"].(string)
			if _, ok := v["expected"]; ok {
				kind += " expected"
			}
			if seen[kind] {
				continue
			}
			seen[kind] = true
			require.NoError(t, s.Validate(around(v)), "%s %s", name, kind)
			for what, change := range changes(v) {
				bad := clone(t, v)
				change(bad)
				require.Error(t, s.Validate(around(bad)), "%s %s: %s", name, kind, what)
			}
		}
	}
}

func TestSchemaRefusesFiles(t *testing.T) {
	t.Parallel()
	s := compile(t)
	good := document(t, "kcv.json").(map[string]any)
	for what, change := range map[string]func(f map[string]any){
		"member unknown":      func(f map[string]any) { f["note"] = "" },
		"other schema":        func(f map[string]any) { f["schema"] = "pin-vectors/2" },
		"count is a text":     func(f map[string]any) { f["count"] = "29" },
		"no vectors":          func(f map[string]any) { f["vectors"] = []any{} },
		"convention not text": func(f map[string]any) { f["conventions"] = map[string]any{"hex": 1} },
		"reasons not texts":   func(f map[string]any) { f["conventions"] = map[string]any{"reasons": map[string]any{"x": 1}} },
	} {
		bad := clone(t, good)
		change(bad)
		require.Error(t, s.Validate(bad), what)
	}
	for _, member := range slices.Sorted(maps.Keys(good)) {
		bad := clone(t, good)
		delete(bad, member)
		require.Error(t, s.Validate(bad), "without %s", member)
	}
}

// changes are ways to make a vector wrong.
func changes(v map[string]any) map[string]func(v map[string]any) {
	inputs := func(v map[string]any) map[string]any { return v["inputs"].(map[string]any) }
	all := map[string]func(v map[string]any){
		"member unknown":    func(v map[string]any) { v["note"] = "" },
		"operation unknown": func(v map[string]any) { v["op"] = "pinblock.guess" },
		"origin unknown":    func(v map[string]any) { v["origin"] = "dreamt" },
		"checked by nobody": func(v map[string]any) { v["checked_by"] = []any{} },
		"input unknown":     func(v map[string]any) { inputs(v)["nobody_reads"] = "" },
		"no inputs":         func(v map[string]any) { v["inputs"] = map[string]any{} },
		"inputs of the wrong type": func(v map[string]any) {
			for k := range inputs(v) {
				inputs(v)[k] = nil
			}
		},
	}
	for _, member := range []string{"id", "op", "source", "origin", "inputs", "checked_by", "confirmed"} {
		all["without "+member] = func(v map[string]any) { delete(v, member) }
	}
	if _, ok := v["expected"]; ok {
		all["both outcomes"] = func(v map[string]any) { v["expect_error"] = map[string]any{"reason": "fill"} }
		all["expectation unknown"] = func(v map[string]any) { v["expected"].(map[string]any)["nobody_reads"] = "" }
		all["nothing expected"] = func(v map[string]any) { v["expected"] = map[string]any{} }
		all["no outcome"] = func(v map[string]any) { delete(v, "expected") }
	} else {
		all["both outcomes"] = func(v map[string]any) { v["expected"] = map[string]any{} }
		all["reason unknown member"] = func(v map[string]any) { v["expect_error"].(map[string]any)["x"] = "" }
		all["no reason"] = func(v map[string]any) { v["expect_error"] = map[string]any{} }
		all["no outcome"] = func(v map[string]any) { delete(v, "expect_error") }
	}
	return all
}

// around returns a file with that one vector.
func around(v map[string]any) map[string]any {
	return map[string]any{"schema": testvectors.Schema, "topic": "t", "description": "d", "conventions": map[string]any{},
		"count": json.Number("1"), "vectors": []any{v}}
}

func clone(t *testing.T, v map[string]any) map[string]any {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(marshal(t, v)))
	require.NoError(t, err)
	return doc.(map[string]any)
}
