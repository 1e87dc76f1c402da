// Package nearest finds what somebody meant to type.
package nearest

import "strings"

// Name returns the name that is most like a wrong one, whatever its case, and ""
// if none is like it. Of names that are as like, it is the first.
func Name(wrong string, names []string) string {
	best, least := "", max(3, 1+len(wrong)/3)
	for _, n := range names {
		if d := Distance(strings.ToLower(wrong), strings.ToLower(n)); d < least {
			best, least = n, d
		}
	}
	return best
}

// Distance is the Levenshtein distance of two short words, in bytes.
func Distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next := min(row[j]+1, row[j+1]+1, diagonal+cost)
			diagonal, row[j+1] = row[j+1], next
		}
	}
	return row[len(b)]
}
