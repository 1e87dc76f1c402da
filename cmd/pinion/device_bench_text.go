package main

import (
	"fmt"
	"math"
	"runtime"
	"strconv"
)

// text returns the table for people.
func (r *benchReport) text() string {
	var p page
	p.lines("device", r.Device, "library", r.Library,
		"machine", fmt.Sprintf("%s, %s, %d in use by this program", r.Machine, plural(r.CPUs, "CPU"), runtime.GOMAXPROCS(0)),
		"each row", fmt.Sprintf("%g s", r.Seconds))
	p.WriteString("\n")
	if len(r.Rows) > 0 {
		table(&p.Builder, "OPERATION\tCLEAR PIN\tCALLS\tSESSIONS\tBLOCKS/S\tP50\tP99\tSCALING", len(r.Rows), func(i int) []string {
			row := r.Rows[i]
			calls := "single"
			if row.Blocks > 1 {
				calls = "of " + grouped(float64(row.Blocks))
			}
			return []string{row.Operation, row.Exposure, calls, strconv.Itoa(row.Sessions), grouped(row.Rate),
				inUnits(nanos(row.P50)), inUnits(nanos(row.P99)), fmt.Sprintf("%.2f", row.Ratio)}
		})
	}
	for _, gone := range r.LeftOut {
		p.WriteString("left out: " + gone.Operation + "\n")
		p.paragraph("  ", gone.Why)
	}
	p.WriteString("\n")
	p.paragraph("", "P50 and P99 are of one call, scaling is to the first number of sessions. The numbers are of this machine, now. Bench used keys of its own, which are removed.")
	return p.String()
}

// grouped returns a number with three digits that count, and blanks between
// thousands.
func grouped(x float64) string {
	if x < 100 {
		return strconv.FormatFloat(x, 'g', 3, 64)
	}
	digits := strconv.FormatFloat(math.Round(x), 'f', 0, 64)
	var s string
	for len(digits) > 3 {
		s = " " + digits[len(digits)-3:] + s
		digits = digits[:len(digits)-3]
	}
	return digits + s
}

// round keeps three digits.
func round(x float64) float64 {
	if x == 0 {
		return 0
	}
	scale := math.Pow(10, 2-math.Floor(math.Log10(x)))
	return math.Round(x*scale) / scale
}
