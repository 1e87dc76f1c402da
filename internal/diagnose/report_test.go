package diagnose

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/explain"
)

// TestExplainNibbles says what the nibbles of the field are, and marks those that only
// a sloppy reader takes.
func TestExplainNibbles(t *testing.T) {
	t.Parallel()
	row := Run(Input{Block: unhexed("041215FEDCBA9876"), PANs: []string{"5432101234567891"}}).Explain().Steps[0].Rows[0]
	require.Equal(t, "041234FFFFFFFFFF", row.Value())
	var kinds []explain.Kind
	for _, p := range row.Parts {
		kinds = append(kinds, p.Kind)
		require.NotEmpty(t, p.Note)
	}
	require.Equal(t, []explain.Kind{explain.Control, explain.Length, explain.PIN, explain.Fill}, kinds)

	// The last digit but one of the PAN is another: a nibble of the fill is wrong.
	x := Run(Input{Block: unhexed("041215FEDCBA9876"), PANs: []string{"5432101234567881"}}).Explain()
	row = x.Steps[0].Rows[0]
	require.Equal(t, "041234FFFFFFFFFE", row.Value())
	require.Equal(t, explain.Wrong, row.Parts[len(row.Parts)-1].Kind)
}

// TestExplain compares the explanation with the report, finding by finding.
func TestExplain(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]Input{
		"a block in clear":  {Block: unhexed("041215FEDCBA9876"), PANs: []string{"5432101234567891"}},
		"an enciphered one": {Block: unhexed("BA2ADC4EBA48F711"), Keys: [][]byte{unhexed("0123456789ABCDEFFEDCBA9876543210")}, PANs: []string{"5432101234567891"}},
		"another PAN":       {Block: unhexed("041215FEDCBA9876")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := Run(in)
			require.NotEmpty(t, r.Findings)
			x := r.Explain()
			require.Len(t, x.Steps, len(r.Findings))
			for i, f := range r.Findings {
				s := x.Steps[i]
				require.Equal(t, f.What, s.Title+".")
				require.Equal(t, f.Why, s.Why)
				require.Equal(t, f.PIN, valueOf(s.Facts, "PIN"))
				require.Equal(t, f.Format, valueOf(s.Facts, "format"))
				require.Equal(t, f.Change, valueOf(s.Facts, "change"))
				require.Equal(t, f.Evidence, valueOf(s.Facts, "evidence"))
				require.Equal(t, strings.Join(f.Also, ", "), valueOf(s.Facts, "the same in"))
				require.Len(t, s.Rows[0].Value(), 16)
				require.Equal(t, f.PIN == "", s.Rows[0].Name == "block, in clear")
				require.Contains(t, s.Rows[0].Value(), f.PIN)
			}
			require.Equal(t, r.Findings[0].PIN, valueOf(x.Answer, "PIN"))
			require.Equal(t, append(append([]string{}, r.Next...), r.Notes...), append([]string{}, x.Notes...))
			roundTrip(t, x)
		})
	}
}

func TestExplainNothing(t *testing.T) {
	t.Parallel()
	r := Run(Input{Block: unhexed("0011223344556677"), Keys: [][]byte{double}, PANs: []string{testPAN}})
	require.Empty(t, r.Findings)
	x := r.Explain()
	require.Contains(t, x.Title, "Nothing fits")
	require.Empty(t, x.Steps)
	require.Equal(t, explain.Wrong, x.Answer[0].Kind)
	require.Contains(t, x.Text(), r.Next[0])
	roundTrip(t, x)
}

func roundTrip(t *testing.T, x explain.Explanation) {
	t.Helper()
	line, err := json.Marshal(x)
	require.NoError(t, err)
	var again explain.Explanation
	require.NoError(t, json.Unmarshal(line, &again))
	require.Equal(t, x.Text(), again.Text())
}

func valueOf(facts []explain.Fact, name string) string {
	for _, f := range facts {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}
