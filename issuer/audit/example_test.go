package audit_test

import (
	"fmt"
	"iter"
	"time"

	"github.com/pinion-hsm/pinion/issuer/audit"
)

// A log that was changed behind the back of its program does not verify.
func ExampleVerify() {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	entries, head := audit.Chain(audit.Start(), []audit.Event{
		{Time: at, Actor: "ivr", Action: "pin.verify", Card: "4711", Outcome: "wrong-pin"},
		{Time: at.Add(time.Second), Actor: "ivr", Action: "pin.verify", Card: "4711", Outcome: "ok"},
	})
	end, err := audit.Verify(audit.Start(), each(entries))
	fmt.Println(end == head, err)

	entries[0].Outcome = "ok"
	_, err = audit.Verify(audit.Start(), each(entries))
	fmt.Println(err)
	// Output:
	// true <nil>
	// issuer/audit: the log is not as it was written: entry 1 was changed
}

// each gives out entries as a store does.
func each(entries []audit.Entry) iter.Seq2[audit.Entry, error] {
	return func(yield func(audit.Entry, error) bool) {
		for _, e := range entries {
			if !yield(e, nil) {
				return
			}
		}
	}
}
