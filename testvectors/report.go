package testvectors

// Outcome is what became of one vector. The zero Outcome is invalid.
type Outcome uint8

// The outcomes.
const (
	Passed Outcome = 1 + iota
	Failed
	NotRun // there is a reason, in Result.Detail, why it was not tried
)

var outcomeNames = [...]string{Passed: "passed", Failed: "failed", NotRun: "not-run"}

// String returns "passed", "failed" or "not-run".
func (o Outcome) String() string {
	if o == 0 || int(o) >= len(outcomeNames) {
		return "invalid outcome"
	}
	return outcomeNames[o]
}

// MarshalText returns what String returns.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// Result is the outcome of one vector.
type Result struct {
	ID      string  `json:"id"`
	Op      string  `json:"op"`
	Outcome Outcome `json:"outcome"`
	// Detail says what went wrong, or why the vector was not run. It and the two
	// that follow show test data in full.
	Detail string `json:"detail,omitempty"`
	Want   string `json:"want,omitempty"` // JSON, of a vector that failed
	Got    string `json:"got,omitempty"`
}

// Report is the outcome of a file, vector by vector in the file's order.
type Report struct {
	Topic   string   `json:"topic"`
	Results []Result `json:"results"`
}

// Count returns how many vectors had that outcome.
func (r Report) Count(o Outcome) int {
	n := 0
	for _, res := range r.Results {
		if res.Outcome == o {
			n++
		}
	}
	return n
}
