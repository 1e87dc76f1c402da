package diagnose

import (
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/pinblock"
)

// Explain returns the report as the lab draws it: a step for each finding, best first,
// with the clear PIN field that was found.
func (r Report) Explain() explain.Explanation {
	x := explain.Explanation{Title: fmt.Sprintf("What fits, of %d ways tried", r.Tried)}
	for _, f := range r.Findings {
		x.Steps = append(x.Steps, f.step())
	}
	if len(r.Findings) == 0 {
		x.Title = fmt.Sprintf("Nothing fits, in %d ways tried", r.Tried)
		x.Answer = []explain.Fact{{Name: "block", Value: "not explained", Kind: explain.Wrong}}
	} else {
		best := r.Findings[0]
		x.Answer = append(best.reading(), explain.Fact{Name: "change", Value: best.Change})
	}
	x.Notes = append(append(x.Notes, r.Next...), r.Notes...)
	return x
}

// step shows one finding.
func (f *Finding) step() explain.Step {
	s := explain.Step{Title: strings.TrimSuffix(f.What, "."), Why: f.Why, Facts: f.reading()}
	s.Rows = []explain.Row{f.row()}
	if len(f.Also) > 0 {
		s.Facts = append(s.Facts, explain.Fact{Name: "the same in", Value: strings.Join(f.Also, ", "), Note: "formats that fit the same way"})
	}
	s.Facts = append(s.Facts, explain.Fact{Name: "evidence", Value: f.Evidence, Kind: grades[f.Evidence]},
		explain.Fact{Name: "change", Value: f.Change})
	return s
}

// row shows what was found nibble by nibble: the PIN field, or the block where the PAN
// that it is combined with is not known. Nibbles that only a sloppy reader takes are
// marked.
func (f *Finding) row() explain.Row {
	text := strings.ToUpper(f.clear)
	row := explain.Row{Name: "block, in clear", Unit: explain.Hex, Parts: []explain.Part{{Text: text}}}
	format, err := pinblock.ParseFormat(f.Format)
	field, notHex := hex.DecodeString(f.clear)
	if f.PIN == "" || err != nil || notHex != nil {
		return row
	}
	row.Name = "PIN field, in clear"
	x, _ := explain.Decode(format, field, zeros, nil) // the error is what is marked
	for _, s := range x.Steps {
		for _, r := range s.Rows {
			if r.Name == "PIN field" && r.Value() == text {
				row.Parts = r.Parts // the last such row has the notes
			}
		}
	}
	return row
}

var grades = map[string]explain.Kind{"strong": explain.Right, "fair": explain.Check}

// reading returns the format and the PIN, as far as the finding has them.
func (f *Finding) reading() (facts []explain.Fact) {
	facts = append(facts, explain.Fact{Name: "format", Value: f.Format, Kind: explain.Control})
	if f.PIN != "" {
		facts = append(facts, explain.Fact{Name: "PIN", Value: f.PIN, Kind: explain.PIN})
	}
	return facts
}
