package reencrypt

import (
	"sync/atomic"
	"time"
)

// Meter tells how far a run is, while it runs. The zero Meter is ready.
type Meter struct {
	rows, rejected, before atomic.Int64
	read, total            atomic.Int64
	waiting                atomic.Int64 // since when the device does not answer, in Unix nanoseconds
}

// Reading is what a meter shows.
type Reading struct {
	Rows     int64 // written or rejected, with those of the runs before
	Before   int64 // of these, by the runs before
	Rejected int64
	Read     int64         // bytes of the input
	Total    int64         // its size; 0 if that is not known
	Waiting  time.Duration // for the device; 0 if it answers
}

// Read returns what the meter shows now.
func (m *Meter) Read() Reading {
	r := Reading{Rows: m.rows.Load(), Before: m.before.Load(), Rejected: m.rejected.Load(), Read: m.read.Load(), Total: m.total.Load()}
	if since := m.waiting.Load(); since != 0 {
		r.Waiting = time.Since(time.Unix(0, since))
	}
	return r
}

// lost notes that the device does not answer.
func (m *Meter) lost() { m.waiting.CompareAndSwap(0, time.Now().UnixNano()) }

// back notes that it does.
func (m *Meter) back() {
	if m.waiting.Load() != 0 {
		m.waiting.Store(0)
	}
}
