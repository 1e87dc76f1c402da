// Package diagnose says why a PIN block does not decode.
//
// It tries every way in which a block may have been made, mistakes included:
// formats, parts of the PAN, treatments of the key, byte orders. What fits is
// explained in words, best first. How good a fit is follows from two numbers:
// how seldom a random block fits that way, and how far the way is from what
// should have been done. So a perfect ISO-0 block under swapped key halves comes
// before an ISO-1 block under the right key, which one random block in some
// hundreds looks like.
//
// It works on keys, PINs and PANs in the clear, and is for test data.
package diagnose

import "slices"

// Input is what is known about a block. The caller owns the slices.
type Input struct {
	Block []byte   // as received
	Keys  [][]byte // raw keys of 8, 16, 24 or 32 bytes; there may be none
	PANs  []string // 1 to 19 digits each; there may be none
	KSN   string   // hex digits of the key serial number, if DUKPT is in it
}

// Finding is one way of making the block that fits.
type Finding struct {
	Format   string   `json:"format"`         // as --format takes it
	Also     []string `json:"also,omitempty"` // formats that fit the same way
	PIN      string   `json:"pin,omitempty"`  // empty where the block does not tell
	What     string   `json:"what"`           // what the block is
	Why      string   `json:"why"`            // why that is believed
	Change   string   `json:"change"`         // what to do
	OneIn    float64  `json:"one_in"`         // one random block in so many fits like this
	Evidence string   `json:"evidence"`       // "strong", "fair" or "weak"

	score float64
	base  string // the format without settings
	clear string // to tell the same reading in two formats from two readings
}

// Report is the answer.
type Report struct {
	Findings []Finding `json:"findings"`       // best first; empty if nothing fits
	Tried    int       `json:"tried"`          // how many ways were tried
	Notes    []string  `json:"notes"`          // what else there is to say about the input
	Next     []string  `json:"next,omitempty"` // what to check next, if nothing fits well
}

// maxFindings keeps the answer readable: what comes after is worse by far.
const maxFindings = 5

// enough is the score, in bits, that a finding needs. The sum over all ways is
// such that about one random block in a hundred has a finding; a test counts.
const enough = 9

// Run tries everything and explains what fits.
func Run(in Input) Report {
	s := &search{in: in, pans: accounts(in.PANs)}
	for _, b := range blockReadings(in.Block) {
		for _, k := range s.treatments() {
			s.try(b, k)
		}
	}
	r := Report{Findings: s.ranked(), Tried: s.tried, Notes: notes(in), Next: s.next()}
	if r.Findings == nil {
		r.Findings = []Finding{} // a list in JSON too
	}
	if r.Notes == nil {
		r.Notes = []string{}
	}
	return r
}

// search holds what Run has found so far.
type search struct {
	in    Input
	pans  []account
	found []Finding
	tried int
	vague []string // formats that fit as given, and so does much else
}

// step is one choice on the way from a block to a PIN. The zero step is the
// right one; every other is told, and costs as many bits as it is seldom.
type step struct {
	what string  // completes "An ISO-0 block …"
	fix  string  // a sentence
	bits float64 // log2 of how much less often it is met than the right one
}

// try takes a block apart with one treatment of a key.
func (s *search) try(b blockReading, k treatment) {
	switch {
	case len(b.bytes) == 8 && k.size != 16:
		s.short(k.undo(b.bytes), b.step, k)
	case len(b.bytes) == 16 && k.size != 8:
		s.long(b.bytes, k, b.step)
	}
}

// ranked returns the findings, best first, without those that are much worse
// than the best.
func (s *search) ranked() []Finding {
	slices.SortStableFunc(s.found, func(a, b Finding) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return 0
	})
	var out []Finding
	for _, f := range s.found {
		if i := slices.IndexFunc(out, func(o Finding) bool { return o.clear == f.clear && o.PIN == f.PIN }); i >= 0 {
			out[i].alsoFits(f)
			continue
		}
		if len(out) < maxFindings && f.score > s.found[0].score-14 {
			out = append(out, f)
		}
	}
	return out
}

// alsoFits notes that the same clear block is another format's as well.
func (f *Finding) alsoFits(other Finding) {
	if other.base != f.base && !slices.Contains(f.Also, other.Format) {
		f.Also = append(f.Also, other.Format)
	}
}
