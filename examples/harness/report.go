package main

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// report prints the table, and what went wrong under it. It returns the exit code.
func report(out io.Writer, device string, count int, results []result) int {
	_, _ = fmt.Fprintf(out, "%s, %d PIN blocks a line\n", device, count)
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "terminal\tissuer\ttranslated\tright PIN\twrong PIN\tverdict")
	passed, failed := 0, 0
	for _, r := range results {
		verdict := "failed"
		switch {
		case r.passed(count):
			verdict = "passed"
			passed++
		case r.cannot:
			verdict = "not on this device"
		default:
			failed++
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%s\n", r.terminal(), r.issuer(), r.translated, r.right, r.wrong, verdict)
	}
	_ = w.Flush()
	said := map[string]bool{}
	for _, r := range results {
		if r.err != nil && !said[r.err.Error()] {
			said[r.err.Error()] = true
			_, _ = fmt.Fprintf(out, "%s: %v\n", r.terminal(), r.err)
		}
	}
	if failed > 0 || passed == 0 {
		return 1
	}
	return 0
}
