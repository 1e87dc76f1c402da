package pair

import (
	"strings"
	"testing"
)

func TestMedian(t *testing.T) {
	if got := median([]float64{9, 1, 5}); got != 5 {
		t.Errorf("median = %v, want 5", got)
	}
}

var sink []byte

func TestAllocs(t *testing.T) {
	if got := allocs(func(n int) {
		for range n {
			sink = make([]byte, 64)
		}
	}); got < 1 || got > 1.1 {
		t.Errorf("allocs = %v, want 1", got)
	}
}

func TestSpent(t *testing.T) {
	before := spent()
	for range 1000 {
		sink = make([]byte, 1<<20)
	}
	if spent() <= before {
		t.Error("work takes no time")
	}
}

func TestPrint(t *testing.T) {
	var b strings.Builder
	Result{What: "encode", Ours: 10, Theirs: 100, Ratio: 10}.Print(&b, "pinion", "peer")
	if !strings.Contains(b.String(), "ratio 10.00") {
		t.Errorf("%q", b.String())
	}
}
