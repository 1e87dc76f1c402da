package page_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/internal/lab"
)

// shown is what can be read on the page of an answer.
type shown struct {
	Fields   []string // that are shown
	Problems map[string]string
	Whole    []string // problems that are about no field
	Title    string
	Answer   [][]string // name, value, note
	Steps    []shownStep
	Notes    []string
	Command  string
	Go       string
}

type shownStep struct {
	Title, Why string
	Rows       []string // name: characters, with | between parts and the kind after each
	Facts      [][]string
	Nodes      []string
}

// readPage is the JavaScript that reads it. Rows are put together again from their
// bands.
const readPage = `(() => {
	const text = (e) => e?.textContent ?? "";
	const all = (e, s) => [...e.querySelectorAll(s)];
	const words = (e) => text(e.querySelector(":scope > .unseen")) ? text(e).replace(text(e.querySelector(".unseen")), "") : text(e);
	const rowsOf = (step) => {
		const rows = [];
		for (const block of all(step, ".rows > .band")) {
			const lines = all(block, ".row").map((row) => ({
				name: text(row.querySelector(".name")),
				label: row.querySelector(".name").getAttribute("aria-label").replace(/, continued$/, ""),
				parts: all(row, ".part").map((p) => ({ text: all(p, ".c").map(text).join(""), kind: p.dataset.kind ?? "", note: p.dataset.note ?? "" })),
			}));
			for (const line of lines) {
				const before = line.name === "…" && rows.find((r) => r.open && r.label === line.label);
				if (before) before.parts.push(...line.parts);
				else rows.push({ ...line, open: true });
			}
		}
		return rows.map((r) => ({ name: r.name, parts: r.parts }));
	};
	const panel = document.getElementById("panel");
	return {
		fields: all(panel, ".field:not([hidden]) [name]").map((f) => f.name),
		problems: Object.fromEntries(all(panel, ".field:not([hidden]) [aria-invalid=true]").map((f) =>
			[f.name, text(document.getElementById(f.getAttribute("aria-describedby").split(" ").at(-1)))])),
		whole: all(panel, ".problem.whole").map(text),
		title: text(panel.querySelector(".title")),
		answer: all(panel, ".answer > div").map((d) => [text(d.querySelector("dt")), text(d.querySelector(".value")), text(d.querySelector(".means"))]),
		steps: all(panel, ".step").map((s) => ({
			title: text(s.querySelector("h3")), why: text(s.querySelector(".why")),
			rows: rowsOf(s),
			facts: all(s, ".facts tr").map((r) => [text(r.querySelector("th")), r.querySelector(".value").firstChild?.data ?? "", text(r.querySelector(".means"))]),
			nodes: all(s, ".tree .node").map((n) => [words(n.querySelector(".name")), text(n.querySelector(".value")), text(n.querySelector(".means"))].join("|")),
		})),
		notes: all(panel, ".remark").map(text),
		command: text(panel.querySelector("pre.command")), go: text(panel.querySelector("pre.go")),
	};
})()`

// read returns what is on the page.
func (p *tab) read() shown {
	p.t.Helper()
	var raw struct {
		shown
		Steps []struct {
			shownStep
			Rows []struct {
				Name  string
				Parts []explain.Part
			}
		}
	}
	p.eval(readPage, &raw)
	s := raw.shown
	for _, step := range raw.Steps {
		for _, r := range step.Rows {
			step.shownStep.Rows = append(step.shownStep.Rows, rowText(r.Name, r.Parts))
		}
		s.Steps = append(s.Steps, step.shownStep)
	}
	return normal(s)
}

// values are what came out, and what is named on the way.
func (s shown) values() (all []string) {
	for _, f := range s.Answer {
		all = append(all, f[1])
	}
	for _, step := range s.Steps {
		for _, f := range step.Facts {
			all = append(all, f[1])
		}
	}
	return all
}

// wanted returns what the page has to show of an answer.
func wanted(p lab.Panel, a lab.Answer) shown {
	s := shown{Fields: a.Uses, Problems: map[string]string{}, Command: a.Command, Go: a.Go}
	if a.Uses == nil {
		for _, f := range p.Fields {
			s.Fields = append(s.Fields, f.Name)
		}
	}
	for name, text := range a.Problems {
		if name == "" || !slices.Contains(s.Fields, name) {
			s.Whole = append(s.Whole, text)
			continue
		}
		s.Problems[name] = text
	}
	if a.Explanation == nil {
		return normal(s)
	}
	s.Title, s.Notes = a.Explanation.Title, a.Explanation.Notes
	s.Answer = factTexts(a.Explanation.Answer)
	for _, step := range a.Explanation.Steps {
		w := shownStep{Title: step.Title, Why: step.Why, Facts: factTexts(step.Facts)}
		for _, r := range step.Rows {
			w.Rows = append(w.Rows, rowText(r.Name, r.Parts))
		}
		if step.Tree != nil {
			w.Nodes = nodeTexts(nil, *step.Tree)
		}
		s.Steps = append(s.Steps, w)
	}
	return normal(s)
}

// normal makes nil of lists that are empty, so that answers compare.
func normal(s shown) shown {
	s.Whole, s.Answer, s.Steps, s.Notes = some(s.Whole), some(s.Answer), some(s.Steps), some(s.Notes)
	for i := range s.Steps {
		step := &s.Steps[i]
		step.Rows, step.Facts, step.Nodes = some(step.Rows), some(step.Facts), some(step.Nodes)
	}
	return s
}

func some[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}

// rowText is a row in a line. Neighbours of one kind and note are one: a part may be
// in two bands.
func rowText(name string, parts []explain.Part) string {
	var b strings.Builder
	b.WriteString(name + ":")
	last := explain.Part{}
	for i, p := range parts {
		if p.Kind != last.Kind || p.Note != last.Note || i == 0 {
			b.WriteString(" [" + string(p.Kind) + " " + p.Note + "] ")
		}
		b.WriteString(p.Text)
		last = p
	}
	return b.String()
}

func factTexts(facts []explain.Fact) (all [][]string) {
	for _, f := range facts {
		all = append(all, []string{f.Name, f.Value, f.Note})
	}
	return all
}

func nodeTexts(all []string, n explain.Node) []string {
	all = append(all, strings.Join([]string{n.Name, n.Value, n.Note}, "|"))
	for _, c := range n.Children {
		all = nodeTexts(all, c)
	}
	return all
}

// ask returns the answer that the library gives outside of a browser.
func ask(t testing.TB, panel string, v lab.Values) lab.Answer {
	t.Helper()
	a, err := lab.Ask(t.Context(), panel, v)
	if err != nil {
		t.Fatal(err)
	}
	return a
}
