package pool_test

import (
	"context"
	"sync"
	"time"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
)

// mode is what is wrong with a faulty device.
type mode int

const (
	well mode = iota
	gone      // it says that it does not answer
	hung      // it says nothing until the context ends
	deaf      // it says nothing, whatever becomes of the context, until it is released
)

// faulty is a soft device that can be switched off.
type faulty struct {
	*soft.Device
	name string

	mu       sync.Mutex
	mode     mode
	took     time.Duration // what an operation takes
	release  chan struct{} // ends deaf calls
	inside   int           // operations that are in the device now
	most     int           // and that were at any time
	calls    int           // operations
	looks    int           // calls of FindKey
	pings    int
	pinging  int
	fails    error // what operations return, if not nil
	loses    bool  // the last item of every batch has no answer
	exposure func(hsm.Work) hsm.Exposure
	derived  int // keys that were derived and are not released
}

func newFaulty(name string) *faulty {
	return &faulty{Device: soft.New(), name: name, took: time.Millisecond, release: make(chan struct{})}
}

func (d *faulty) ThrowAway() bool { return true }

// set changes what is wrong, and returns how many operations were in the device.
func (d *faulty) set(m mode) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	if m == deaf {
		d.release = make(chan struct{})
	} else if d.mode == deaf {
		close(d.release)
	}
	d.mode = m
	return d.inside
}

func (d *faulty) state() (mode, chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.mode, d.release
}

// gate is where a call stops if something is wrong.
func (d *faulty) gate(ctx context.Context) error {
	switch m, release := d.state(); m {
	case gone:
		return &hsm.Error{Err: hsm.ErrUnavailable, Code: "CKR_DEVICE_REMOVED"}
	case hung:
		<-ctx.Done()
		return ctx.Err()
	case deaf:
		<-release
	}
	return ctx.Err()
}

// work is an operation: it takes its time, and if the device dies meanwhile there is no
// answer.
func (d *faulty) work(ctx context.Context, f func() error) error {
	d.mu.Lock()
	d.inside++
	d.calls++
	d.most = max(d.most, d.inside)
	took, fails := d.took, d.fails
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		d.inside--
		d.mu.Unlock()
	}()
	if err := d.gate(ctx); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(took):
	}
	if err := d.gate(ctx); err != nil {
		return err
	}
	if fails != nil {
		return fails
	}
	return f()
}

func (d *faulty) count() (calls, looks, pings, most int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.calls, d.looks, d.pings, d.most
}

func (d *faulty) Ping(ctx context.Context) error {
	d.mu.Lock()
	d.pings++
	d.pinging++
	if d.pinging > 1 {
		panic("health checks pile up")
	}
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		d.pinging--
		d.mu.Unlock()
	}()
	if err := d.gate(ctx); err != nil {
		return err
	}
	return d.Device.Ping(ctx)
}

func (d *faulty) FindKey(ctx context.Context, ref string) (hsm.Key, error) {
	d.mu.Lock()
	d.looks++
	d.mu.Unlock()
	if err := d.gate(ctx); err != nil {
		return nil, err
	}
	return d.Device.FindKey(ctx, ref)
}
