package main

import (
	"slices"
	"strings"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/pinblock"
)

// writeTranslations writes a matrix of the formats of the standard, and one line
// for the others.
func (r *deviceReport) writeTranslations(p *page) {
	formats := []string{}
	for _, f := range []pinblock.Format{pinblock.ISO0, pinblock.ISO1, pinblock.ISO2, pinblock.ISO3, pinblock.ISO4} {
		formats = append(formats, f.Name())
	}
	p.section("TRANSLATION from the format on the left, under policy " + r.Policy)
	var rows []reportTranslation
	rest := map[string]int{}
	for _, t := range r.Translations {
		if slices.Contains(formats, t.From) {
			rows = append(rows, t)
		}
		for _, to := range slices.Concat(t.OnDevice, t.InProcess, t.Refused) {
			if !slices.Contains(formats, t.From) || !slices.Contains(formats, to) {
				rest[t.cell(to)]++
			}
		}
	}
	table(&p.Builder, "FROM\t"+strings.Join(formats, "\t"), len(rows), func(i int) []string {
		cells := []string{rows[i].From}
		for _, to := range formats {
			cells = append(cells, rows[i].cell(to))
		}
		return cells
	})
	var others []string
	for _, how := range []string{hsm.OnDevice.String(), hsm.InProcess.String(), byPolicy} {
		if n := rest[how]; n > 0 {
			others = append(others, plural(n, "pair")+" "+strings.Replace(how, byPolicy, "refused by the policy", 1))
		}
	}
	text := "Other formats: " + strings.Join(others, ", ") + "; --json has them all."
	if len(r.cardOnly) > 0 {
		text += " Under this policy " + strings.Join(r.cardOnly, ", ") + " goes to chip cards only."
	}
	p.paragraph("", text)
}

// byPolicy is what a pair of formats is called that the policy refuses.
const byPolicy = "policy: no"

// cell returns what becomes of blocks that go to a format.
func (t *reportTranslation) cell(to string) string {
	switch {
	case slices.Contains(t.OnDevice, to):
		return hsm.OnDevice.String()
	case slices.Contains(t.InProcess, to):
		return hsm.InProcess.String()
	case slices.Contains(t.Refused, to):
		return byPolicy
	}
	return hsm.Refused.String()
}
