package examples_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/examples"
	"github.com/pinion-hsm/pinion/testvectors"
)

func ExampleAcquirer() {
	expected := map[string]int{}
	for line := range bytes.Lines(examples.Acquirer) {
		var record struct {
			Expect string `json:"expect"`
		}
		if err := json.Unmarshal(line, &record); err != nil {
			fmt.Println(err)
			return
		}
		expected[record.Expect]++
	}
	fmt.Println(expected)
	// Output: map[refused:6 right PIN:33 wrong PIN:3]
}

// source matches a record's source: the file and id of a vector, twice if the
// record has a reference value.
var source = regexp.MustCompile(`^block: (\S+) (\S+) \(.*?\)+(?:; reference: (\S+) (\S+) \(.*\))?$`)

// TestSources holds every record to the vectors it says it is from: the block,
// the account number, the key and the reference value are theirs.
func TestSources(t *testing.T) {
	t.Parallel()
	inputs := map[string]map[string]json.RawMessage{} // by file, then id: the whole vector
	for _, name := range testvectors.Names() {
		f, err := testvectors.Load(testvectors.FS, name)
		require.NoError(t, err)
		inputs[name] = map[string]json.RawMessage{}
		for _, v := range f.Vectors {
			inputs[name][v.ID] = append(append(json.RawMessage{}, v.Inputs...), v.Expected...)
		}
	}
	keys := testKeys(t)
	for line := range bytes.Lines(examples.Acquirer) {
		var r struct {
			ID, Source, PAN, Block, PVK, Reference string
			FromKey                                string `json:"from_key"`
		}
		require.NoError(t, json.Unmarshal(line, &r))
		m := source.FindStringSubmatch(r.Source)
		require.NotNil(t, m, r.ID)
		from := string(inputs[m[1]][m[2]])
		for _, part := range []string{r.PAN, r.Block, keys[r.FromKey]} {
			require.NotEmpty(t, part, r.ID)
			require.Contains(t, from, `"`+part+`"`, r.ID)
		}
		if r.Reference == "" {
			continue
		}
		from = string(inputs[m[3]][m[4]])
		for _, part := range []string{r.PAN, r.Reference, keys[r.PVK]} {
			require.NotEmpty(t, part, r.ID)
			require.Contains(t, from, `"`+part+`"`, r.ID)
		}
	}
}

// testKeys returns the hex of each key by its label.
func testKeys(t *testing.T) map[string]string {
	t.Helper()
	keys := map[string]string{}
	for line := range strings.Lines(string(examples.Keys)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		parts := strings.Split(line, ":")
		require.Len(t, parts, 4)
		require.NotContains(t, keys, parts[0], "a label is there twice")
		keys[parts[0]] = parts[3]
	}
	return keys
}
