package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// page is a report for people in the making.
type page struct{ strings.Builder }

// section begins one.
func (p *page) section(title string) { p.WriteString("\n" + title + "\n") }

// lines writes names and values; a value that is empty is left out.
func (p *page) lines(pairs ...string) {
	wide := 8
	for i := 0; i < len(pairs); i += 2 {
		wide = max(wide, len(pairs[i]))
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			p.hang(fmt.Sprintf("%-*s ", wide, pairs[i]), pairs[i+1])
		}
	}
}

// width is how long lines of text are at most.
const width = 96

// paragraph writes text in lines, each after the same indent.
func (p *page) paragraph(indent, text string) { p.fold(indent, indent, text) }

// hang writes text behind a heading, and further lines under its beginning.
func (p *page) hang(head, text string) {
	p.fold(head, strings.Repeat(" ", len([]rune(head))), text)
}

func (p *page) fold(first, rest, text string) {
	line := first
	empty := true
	for _, word := range strings.Fields(text) {
		if !empty && len([]rune(line))+1+len([]rune(word)) > width {
			p.WriteString(strings.TrimRight(line, " ") + "\n")
			line, empty = rest, true
		}
		if !empty {
			line += " "
		}
		line += word
		empty = false
	}
	p.WriteString(strings.TrimRight(line, " ") + "\n")
}

// footnote returns the number of a text, "" for none.
func footnote(notes *[]string, text string) string {
	if text == "" {
		return ""
	}
	i := slices.Index(*notes, text)
	if i < 0 {
		*notes = append(*notes, text)
		i = len(*notes) - 1
	}
	return fmt.Sprintf("[%d]", i+1)
}

func (p *page) footnotes(notes []string) {
	for i, text := range notes {
		p.hang(fmt.Sprintf("  [%d] ", i+1), text)
	}
}

// plural returns "1 key" or "2 keys", and "" for none.
func plural(n int, what string) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

// table writes aligned columns.
func table(b *strings.Builder, head string, rows int, row func(i int) []string) {
	var t strings.Builder
	w := tabwriter.NewWriter(&t, 0, 8, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, head)
	for i := range rows {
		_, _ = fmt.Fprintln(w, strings.Join(row(i), "\t"))
	}
	_ = w.Flush()
	for line := range strings.Lines(t.String()) {
		b.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
}

// inUnits returns a time with three digits and a unit.
func inUnits(d time.Duration) string {
	switch us := float64(d) / 1000; {
	case us < 10:
		return fmt.Sprintf("%.2f µs", us)
	case us < 100:
		return fmt.Sprintf("%.1f µs", us)
	case us < 1000:
		return fmt.Sprintf("%.0f µs", us)
	case us < 10_000:
		return fmt.Sprintf("%.2f ms", us/1000)
	case us < 100_000:
		return fmt.Sprintf("%.1f ms", us/1000)
	case us < 1_000_000:
		return fmt.Sprintf("%.0f ms", us/1000)
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

func nanos(us float64) time.Duration { return time.Duration(us * 1000) }
