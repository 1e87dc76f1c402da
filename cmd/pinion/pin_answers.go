package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"

	"github.com/pinion-hsm/pinion/hsm"
)

// recordLine is one line of the output.
type recordLine struct {
	ID json.RawMessage `json:"id,omitempty"`
	answer
	Line  int    `json:"line,omitempty"`
	Field string `json:"field,omitempty"`
	Error string `json:"error,omitempty"`
	Kind  string `json:"kind,omitempty"`
}

// runRecords answers records from in, one line on out for each, and returns
// answerNo if any of them failed or was not verified.
func runRecords(ctx context.Context, in io.Reader, out io.Writer, do job) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	w, input := bufio.NewWriter(out), batches(ctx, in)
	good := true
	for {
		var b batch
		var more bool
		select {
		case <-ctx.Done():
			return interrupted()
		case b, more = <-input:
		}
		if !more {
			break
		}
		ok, err := answerBatch(ctx, b.requests, w, do)
		if flushErr := w.Flush(); err == nil && flushErr != nil {
			err = usage("the answers could not be written")
		}
		if err != nil {
			if ctx.Err() != nil {
				return interrupted()
			}
			return err
		}
		if b.err != nil {
			return usage("standard input could not be read")
		}
		good = good && ok
	}
	switch {
	case ctx.Err() != nil: // the reader gave up, and the input may not be at its end
		return interrupted()
	case !good:
		return answerNo()
	}
	return nil
}

// answerBatch writes a line for each record and reports whether all are good.
func answerBatch(ctx context.Context, rs []request, w io.Writer, do job) (good bool, err error) {
	readable := make([]request, 0, len(rs))
	for _, r := range rs {
		if r.err == nil {
			readable = append(readable, r)
		}
	}
	var results []result
	if len(readable) > 0 {
		results, err = do(ctx, readable)
		switch {
		case ctx.Err() != nil, concernsAll(err):
			return false, err
		case err != nil: // the device failed for this batch; it may be back for the next
			results = make([]result, len(readable))
			for i := range results {
				results[i].err = err
			}
		}
	}
	good = true
	for _, r := range rs {
		x := result{err: r.err}
		if r.err == nil {
			x, results = results[0], results[1:]
		}
		line := recordLine{ID: r.id, answer: x.answer}
		if x.err != nil {
			line = recordLine{ID: r.id, Line: r.line, Field: field(x.err), Error: words(x.err), Kind: hsm.Outcome(x.err)}
		}
		good = good && x.err == nil && (x.answer.Verified == nil || *x.answer.Verified)
		text, err := jsonLine(line)
		if err != nil {
			return false, err
		}
		if err := writeAll(w, text); err != nil {
			return false, err
		}
	}
	return good, nil
}
