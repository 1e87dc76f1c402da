package queue

import "sync/atomic"

// Meter tells how far a run is, while [Submit] does it. The zero Meter is ready.
type Meter struct{ submitted, rows, rejected atomic.Int64 }

// Reading is what a meter shows.
type Reading struct {
	Submitted int64 // rows that were put into the queue
	Rows      int64 // of these, written to the output or the rejects
	Rejected  int64
}

// Read returns what the meter shows now.
func (m *Meter) Read() Reading {
	return Reading{m.submitted.Load(), m.rows.Load(), m.rejected.Load()}
}
