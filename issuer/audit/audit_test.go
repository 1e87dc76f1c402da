package audit_test

import (
	"errors"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/issuer/audit"
)

func log() []audit.Entry {
	var events []audit.Event
	for i, outcome := range []string{"ok", "wrong-pin", "blocked", "ok"} {
		events = append(events, audit.Event{Time: time.UnixMicro(int64(1_700_000_000_123_456 + i)), Actor: "client", Action: "pin.verify",
			Card: "123456789", Outcome: outcome, UpdatedBy: "John Smith", Description: "why", Trace: "0af7"})
	}
	first, head := audit.Chain(audit.Start(), events[:2])
	second, _ := audit.Chain(head, events[2:])
	return append(first, second...)
}

func walk(entries []audit.Entry) iter.Seq2[audit.Entry, error] {
	return func(yield func(audit.Entry, error) bool) {
		for _, e := range entries {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	entries := log()
	head, err := audit.Verify(audit.Start(), walk(entries))
	require.NoError(t, err)
	require.Equal(t, audit.Head{Seq: 4, Hash: entries[3].Hash}, head)

	rest, err := audit.Verify(audit.Head{Seq: 2, Hash: entries[1].Hash}, walk(entries[2:]))
	require.NoError(t, err)
	require.Equal(t, head, rest)

	head, err = audit.Verify(audit.Start(), walk(nil))
	require.NoError(t, err)
	require.Equal(t, audit.Start(), head)
}

// TestEveryFieldIsHeld changes each field of an entry in the middle.
func TestEveryFieldIsHeld(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*audit.Entry){
		"seq":         func(e *audit.Entry) { e.Seq++ },
		"time":        func(e *audit.Entry) { e.Time = e.Time.Add(time.Microsecond) },
		"actor":       func(e *audit.Entry) { e.Actor = "another" },
		"action":      func(e *audit.Entry) { e.Action = "pin.set" },
		"card":        func(e *audit.Entry) { e.Card = "123456780" },
		"outcome":     func(e *audit.Entry) { e.Outcome = "ok" },
		"updatedBy":   func(e *audit.Entry) { e.UpdatedBy = "" },
		"description": func(e *audit.Entry) { e.Description += " not" },
		"trace":       func(e *audit.Entry) { e.Trace = "0af8" },
		"previous":    func(e *audit.Entry) { e.Previous = audit.Start().Hash },
		"hash":        func(e *audit.Entry) { e.Hash = audit.Start().Hash },
		"moved text":  func(e *audit.Entry) { e.Actor, e.Action = e.Actor+"p", e.Action[1:] },
	} {
		entries := log()
		change(&entries[1])
		_, err := audit.Verify(audit.Start(), walk(entries))
		require.ErrorIs(t, err, audit.ErrBroken, name)
	}
}

func TestOrderIsHeld(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func([]audit.Entry) []audit.Entry{
		"one removed":     func(e []audit.Entry) []audit.Entry { return slices.Delete(e, 1, 2) },
		"first removed":   func(e []audit.Entry) []audit.Entry { return e[1:] },
		"one put in":      func(e []audit.Entry) []audit.Entry { return slices.Insert(e, 1, e[1]) },
		"two exchanged":   func(e []audit.Entry) []audit.Entry { e[1], e[2] = e[2], e[1]; return e },
		"rehashed inside": func(e []audit.Entry) []audit.Entry { return rehashed(e) },
	} {
		_, err := audit.Verify(audit.Start(), walk(change(log())))
		require.ErrorIs(t, err, audit.ErrBroken, name)
	}
	// What a chain cannot show is in the package's documentation: a log cut off at
	// its end verifies, and its head is not the one that was kept elsewhere.
	cut := log()[:3]
	head, err := audit.Verify(audit.Start(), walk(cut))
	require.NoError(t, err)
	require.NotEqual(t, log()[3].Hash, head.Hash)
}

// rehashed changes an entry and gives it the hash that it would have.
func rehashed(e []audit.Entry) []audit.Entry {
	ev := e[1].Event
	ev.Outcome = "ok"
	forged, _ := audit.Chain(audit.Head{Seq: 1, Hash: e[0].Hash}, []audit.Event{ev})
	e[1] = forged[0]
	return e
}

func TestReadErrorEndsIt(t *testing.T) {
	t.Parallel()
	gone := errors.New("gone")
	head, err := audit.Verify(audit.Start(), func(yield func(audit.Entry, error) bool) {
		if yield(log()[0], nil) {
			yield(audit.Entry{}, gone)
		}
	})
	require.ErrorIs(t, err, gone)
	require.EqualValues(t, 1, head.Seq)
}
