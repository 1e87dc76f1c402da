package reencrypt

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/pinion-hsm/pinion/hsm"
)

// convert is a worker: it converts chunks until there is nothing more to be done.
func (p *pipeline) convert() {
	for {
		select {
		case s := <-p.work:
			s.out, s.err = p.patiently(s.chunk)
			close(s.done)
		case <-p.ended:
			return
		}
	}
}

// patiently converts a chunk, again and again while the device does not answer.
func (p *pipeline) patiently(ch *Chunk) (*Outcome, error) {
	const first, longest = 50 * time.Millisecond, 5 * time.Second
	var since time.Time
	for pause := first; ; pause = min(2*pause, longest) {
		ctx, cancel := context.WithTimeout(p.device, p.r.o.Timeout)
		out, err := p.r.conv.Convert(ctx, ch)
		if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) && p.device.Err() == nil {
			err = &hsm.Error{Op: hsm.OpTranslate, Err: hsm.ErrUnavailable, Hint: "a batch took too long"}
		}
		cancel()
		if err == nil {
			p.r.o.Meter.back()
			return out, nil
		}
		if !errors.Is(err, hsm.ErrUnavailable) {
			return nil, err
		}
		p.r.o.Meter.lost()
		if since.IsZero() {
			since = time.Now()
		}
		if time.Since(since) >= p.r.o.Wait {
			return nil, err
		}
		select {
		case <-time.After(pause/2 + rand.N(pause)):
		case <-p.ctx.Done():
			return nil, p.ctx.Err()
		case <-p.ended:
			return nil, err
		}
	}
}
