package page_test

import "testing"

// BenchmarkFirstPaint opens the page in a new profile, over and over, and reports when
// something is seen (first-paint) and when the first answer is there (answer), in
// milliseconds from the start of the navigation.
func BenchmarkFirstPaint(b *testing.B) {
	var paint, answer float64
	for b.Loop() {
		p := openTab(b, "")
		var at struct{ Paint, Answer float64 }
		p.eval(`({ paint: performance.getEntriesByName("first-contentful-paint")[0].startTime, answer: performance.getEntriesByName("answer")[0].startTime })`, &at)
		paint += at.Paint
		answer += at.Answer
	}
	b.ReportMetric(paint/float64(b.N), "ms/first-paint")
	b.ReportMetric(answer/float64(b.N), "ms/answer")
	b.ReportMetric(0, "ns/op")
}
