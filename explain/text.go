package explain

import (
	"fmt"
	"strings"
)

// Text returns the explanation for a terminal: rows below each other, digits lined
// up, and under each row what its parts are. It has no colours.
func (e Explanation) Text() string {
	var b strings.Builder
	fmt.Fprintln(&b, e.Title)
	for i, s := range e.Steps {
		fmt.Fprintf(&b, "\n%d. %s\n", i+1, s.Title)
		if s.Why != "" {
			fmt.Fprintf(&b, "   %s\n", s.Why)
		}
		s.text(&b)
	}
	if len(e.Answer) > 0 {
		fmt.Fprintln(&b)
		facts(&b, "", e.Answer)
	}
	for _, n := range e.Notes {
		fmt.Fprintf(&b, "\nNote: %s\n", n)
	}
	return b.String()
}

func (s Step) text(b *strings.Builder) {
	name := 0
	for _, r := range s.Rows {
		name = max(name, len(r.label()))
	}
	for _, r := range s.Rows {
		fmt.Fprintln(b, strings.TrimRight(fmt.Sprintf("     %-*s  %s", name, r.label(), r.Value()), " "))
		for _, p := range r.notes() {
			fmt.Fprintf(b, "     %-*s  %s\n", name, "", p)
		}
	}
	facts(b, "     ", s.Facts)
	if s.Tree != nil {
		s.Tree.text(b, "     ", "")
	}
}

// label is what is left of a row: what was done, and what it is.
func (r Row) label() string {
	words := []string{}
	if r.Op != "" {
		words = append(words, string(r.Op))
	}
	if r.With != "" {
		words = append(words, "("+r.With+")")
	}
	if len(words) > 0 {
		return strings.Join(words, " ") + ": " + r.Name
	}
	return r.Name
}

// wide is how long a row is at most for marks below it to stay readable.
const wide = 64

// notes are lines that mark the parts that have a note, and say it. Parts with the same
// note share a line.
func (r Row) notes() (lines []string) {
	if len(r.Value()) > wide {
		return r.list()
	}
	at, line := 0, map[string]int{}
	for _, p := range r.Parts {
		n := len(p.Text)
		if p.Note != "" {
			i, ok := line[p.Note]
			if !ok {
				i, lines = len(lines), append(lines, "")
				line[p.Note] = i
			}
			lines[i] += strings.Repeat(" ", max(at-len(lines[i]), 0)) + strings.Repeat("^", max(n, 1))
		}
		at += n
	}
	for note, i := range line {
		lines[i] += " " + note
	}
	return lines
}

// list is notes for a long row, such as a key block: each part with its note behind it.
func (r Row) list() (lines []string) {
	const most = 24
	width := 0
	for _, p := range r.Parts {
		if p.Note != "" {
			width = max(width, min(len(p.Text), most))
		}
	}
	for _, p := range r.Parts {
		text := p.Text
		if len(text) > most {
			text = text[:most-3] + "..."
		}
		if p.Note != "" {
			lines = append(lines, fmt.Sprintf("| %-*s  %s", width, text, p.Note))
		}
	}
	return lines
}

func facts(b *strings.Builder, indent string, all []Fact) {
	name, value := 0, 0
	for _, f := range all {
		name = max(name, len(f.Name))
		if len(f.Value) <= 32 {
			value = max(value, len(f.Value))
		}
	}
	for _, f := range all {
		fmt.Fprintln(b, strings.TrimRight(fmt.Sprintf("%s%-*s  %-*s  %s", indent, name, f.Name, value, f.Value, f.Note), " "))
	}
}

// text draws a tree, a node a line; what is on the path has a star.
func (n *Node) text(b *strings.Builder, indent, branch string) {
	star := " "
	if n.OnPath {
		star = "*"
	}
	line := fmt.Sprintf("%s%s%s %s  %s", indent, branch, star, n.Name, n.Value)
	if n.Note != "" {
		line += "  " + n.Note
	}
	fmt.Fprintln(b, strings.TrimRight(line, " "))
	for i := range n.Children {
		n.Children[i].text(b, indent+"  ", "")
	}
}
