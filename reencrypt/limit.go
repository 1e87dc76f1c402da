package reencrypt

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Limit is how many rows may be rejected before a run stops. The zero Limit stops a
// run of which the first thousand rows were rejected, all of them: a wrong key shows
// after a moment then, and not after the whole file.
type Limit struct {
	off   bool
	rows  int64
	share float64 // of the rows, in percent
	fixed bool    // rows counts, and not share
}

// limitFrom is how many rows are needed before a share of them says something.
const limitFrom = 1000

// ErrLimit says that a text is no limit.
var ErrLimit = errors.New("reencrypt: want a number of rows like 500, a share of them like 2%, or none")

// ErrRejects says that more rows were rejected than the [Limit] allows.
var ErrRejects = errors.New("reencrypt: too many rows are rejected")

// NoLimit returns a limit that stops no run.
func NoLimit() Limit { return Limit{off: true} }

// ParseLimit reads a number of rows, a share of the rows so far (like 2%), none, or
// the empty string, which is the zero Limit. A share counts once a thousand rows are
// done. The error is [ErrLimit].
func ParseLimit(text string) (Limit, error) {
	if text == "" {
		return Limit{}, nil
	}
	if strings.EqualFold(text, "none") {
		return NoLimit(), nil
	}
	if number, ok := strings.CutSuffix(text, "%"); ok {
		share, err := strconv.ParseFloat(number, 64)
		if err != nil || !(share > 0 && share < 100) {
			return Limit{}, ErrLimit
		}
		return Limit{share: share}, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return Limit{}, ErrLimit
	}
	return Limit{rows: n, fixed: true}, nil
}

// Check returns an error that wraps [ErrRejects] if too many of some rows were
// rejected. It says what for.
func (l Limit) Check(rows int64, reasons map[Reason]int64) error {
	var rejected int64
	for _, n := range reasons {
		rejected += n
	}
	if !l.exceeded(rows, rejected) {
		return nil
	}
	most := slices.MaxFunc(slices.Sorted(maps.Keys(reasons)), func(a, b Reason) int { return int(reasons[a] - reasons[b]) })
	return fmt.Errorf("%w: %d of %d, %d of them as %s: %s", ErrRejects, rejected, rows, reasons[most], most, most.Text())
}

func (l Limit) exceeded(rows, rejected int64) bool {
	switch {
	case l.off || rejected == 0:
		return false
	case l.fixed:
		return rejected > l.rows
	case rows < limitFrom:
		return false
	case l.share > 0:
		return float64(rejected) > l.share/100*float64(rows)
	}
	return rejected == rows
}
