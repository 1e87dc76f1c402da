package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/pinion-hsm/pinion/reencrypt"
)

// showProgress tells on standard error how far a run on this machine is.
func showProgress(e *env, m *reencrypt.Meter, tick time.Duration) (end func()) {
	p := progress{began: time.Now()}
	return tell(e, tick, func(now time.Time) string { return p.text(m.Read(), now) })
}

// tell writes what text says on standard error, until end is called: on one line of a
// terminal, or in a line now and then.
func tell(e *env, tick time.Duration, text func(now time.Time) string) (end func()) {
	terminal := false
	if f, ok := e.stderr.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		terminal, tick = true, 500*time.Millisecond
	}
	if tick <= 0 {
		return func() {}
	}
	done, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		ticker := time.NewTicker(tick)
		defer ticker.Stop()
		for {
			select {
			case <-done:
				if terminal {
					_, _ = io.WriteString(e.stderr, "\r\x1b[K")
				}
				return
			case now := <-ticker.C:
				if terminal {
					_, _ = io.WriteString(e.stderr, "\r\x1b[K"+text(now))
				} else {
					_, _ = io.WriteString(e.stderr, "reencrypt: "+text(now)+"\n")
				}
			}
		}
	}()
	return func() {
		close(done)
		<-over
	}
}

// progress remembers where the rows of this run began: a run that is resumed
// reads what is done already faster than it does the rest.
type progress struct {
	began time.Time
	read  int64
}

func (p *progress) text(r reencrypt.Reading, now time.Time) string {
	fresh := r.Rows - r.Before
	if fresh == 0 {
		p.began, p.read = now, r.Read
	}
	parts := []string{fmt.Sprintf("%d rows", r.Rows)}
	if r.Total > 0 {
		parts = append(parts, fmt.Sprintf("%.1f %%", 100*float64(min(r.Read, r.Total))/float64(r.Total)))
	}
	if took := now.Sub(p.began).Seconds(); took > 0 && fresh > 0 {
		parts = append(parts, fmt.Sprintf("%.0f rows/s", float64(fresh)/took))
		if speed := float64(r.Read-p.read) / took; r.Total > r.Read && speed > 0 {
			left := time.Duration(float64(r.Total-r.Read) / speed * float64(time.Second))
			parts = append(parts, left.Round(time.Second).String()+" left")
		}
	}
	parts = append(parts, fmt.Sprintf("%d rejected", r.Rejected))
	if r.Waiting > 0 {
		parts = append(parts, "waiting for the device for "+r.Waiting.Round(time.Second).String())
	}
	return strings.Join(parts, ", ")
}
