package main

import (
	"cmp"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/pinion-hsm/pinion/hsm"
)

// text returns a report for people: tables, and what they mean.
func (r *deviceReport) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "device   %s\nanswers  yes\npolicy   %s\n", r.Device, r.Policy)
	if len(r.Keys) == 0 {
		b.WriteString("keys     none\n")
	} else {
		b.WriteString("\n")
		table(&b, "KEY\tALGORITHM\tUSAGE\tKCV", len(r.Keys), func(i int) []string {
			k := r.Keys[i]
			return []string{k.Label, k.Algorithm, k.Usage, k.KCV}
		})
	}
	if len(r.Mechanisms) > 0 {
		b.WriteString("\n")
		table(&b, "MECHANISM\tCAN", len(r.Mechanisms), func(i int) []string {
			return []string{r.Mechanisms[i].Name, r.Mechanisms[i].Can}
		})
	}
	b.WriteString("\n")
	inProcess, forbidden := false, false
	table(&b, "OPERATION\tMETHOD\tCLEAR PIN\tALLOWED", len(r.Operations), func(i int) []string {
		o := r.Operations[i]
		inProcess = inProcess || o.Exposure == hsm.InProcess.String()
		forbidden = forbidden || o.Exposure == hsm.InProcess.String() && !o.Allowed
		return []string{o.Operation, cmp.Or(o.Method, "-"), o.Exposure, yesNo(o.Allowed)}
	})
	if forbidden {
		b.WriteString("\nIn-process operations are allowed with --allow-in-process.\n")
	}
	switch {
	case len(r.Missing) > 0:
		b.WriteString("\nTo keep the clear PIN on the token it would need, and does not have:\n")
		for _, m := range r.Missing {
			fmt.Fprintf(&b, "  %s\n", m)
		}
	case len(r.Mechanisms) > 0 && inProcess:
		b.WriteString("\nThe token has the mechanisms to keep the clear PIN to itself; this version does not use them yet.\n")
	}
	return b.String()
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

// table writes aligned columns.
func table(b *strings.Builder, head string, rows int, row func(i int) []string) {
	w := tabwriter.NewWriter(b, 0, 8, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, head)
	for i := range rows {
		_, _ = fmt.Fprintln(w, strings.Join(row(i), "\t"))
	}
	_ = w.Flush()
}
