package hsm

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// HSM performs PIN operations on a device, under a policy. It is safe for
// concurrent use. Make one with [New], or with hsm/devices from a URI.
type HSM struct {
	device         Device
	policy         Policy
	allowInProcess bool
	observe        func(context.Context, Event)
	closed         atomic.Bool
}

// Option is a choice about an HSM.
type Option func(*HSM)

// WithPolicy sets the translation policy. Without it, it is [PolicyPCIPIN].
func WithPolicy(p Policy) Option { return func(h *HSM) { h.policy = p } }

// AllowInProcess lets a clear PIN be in this process's memory for the length of
// one call, for devices that can only encipher and decipher. Without it, such a
// device's PIN operations return [ErrExposure].
func AllowInProcess() Option { return func(h *HSM) { h.allowInProcess = true } }

// WithObserver has f called after every operation on PINs, for metrics and traces.
func WithObserver(f func(context.Context, Event)) Option { return func(h *HSM) { h.observe = f } }

// Event is what an observer is told: nothing that names a card or a PIN.
type Event struct {
	Op       Operation
	Device   string
	Outcome  string // "ok", or the kind of error: see [Outcome]
	Blocks   int    // how many PIN blocks
	Duration time.Duration
}

// New returns the front of a device.
func New(d Device, opts ...Option) *HSM {
	h := &HSM{device: d, policy: policyPCIPIN}
	if t, ok := d.(ThrowAway); ok && t.ThrowAway() {
		h.allowInProcess = true
	}
	for _, o := range opts {
		o(h)
	}
	return h
}

// Device returns the name of the device.
func (h *HSM) Device() string { return h.device.Name() }

// Policy returns the translation policy.
func (h *HSM) Policy() Policy { return h.policy }

// Ping returns nil if the device answers, or is none that can be asked: see [Pinger].
func (h *HSM) Ping(ctx context.Context) error {
	if err := h.ready(ctx); err != nil {
		return fail(OpKeys, "", err)
	}
	if p, ok := h.device.(Pinger); ok {
		if err := p.Ping(ctx); err != nil {
			return fail(OpKeys, "", err)
		}
	}
	return nil
}

// Close releases the device. Operations that come after return [ErrClosed].
func (h *HSM) Close() error {
	if h.closed.Swap(true) {
		return nil
	}
	return h.device.Close()
}

func (h *HSM) ready(ctx context.Context) error {
	if h.closed.Load() {
		return ErrClosed
	}
	return ctx.Err()
}

// done completes an operation's error and tells the observer.
func (h *HSM) done(ctx context.Context, op Operation, key string, blocks int, start time.Time, err error) error {
	if err != nil {
		err = fail(op, key, err)
	}
	if h.observe != nil {
		h.observe(ctx, Event{Op: op, Device: h.device.Name(), Outcome: Outcome(err), Blocks: blocks, Duration: time.Since(start)})
	}
	return err
}

// started returns the time, if anybody will ask for it.
func (h *HSM) started() time.Time {
	if h.observe == nil {
		return time.Time{}
	}
	return time.Now()
}

// outcomes in the order they are asked for.
var outcomes = []struct {
	err  error
	name string
}{
	{ErrWrongPIN, "wrong-pin"}, {ErrWeakPIN, "weak-pin"}, {ErrRuleLength, "pin-length"}, {ErrBlock, "block"}, {ErrPolicy, "policy"}, {ErrExposure, "exposure"},
	{ErrKeyUsage, "key-usage"}, {ErrKeyNotFound, "key-not-found"}, {ErrKeyExists, "key-exists"},
	{ErrUnavailable, "unavailable"}, {ErrClosed, "closed"}, {ErrDevice, "device"},
	{context.Canceled, "cancelled"}, {context.DeadlineExceeded, "deadline"}, {errors.ErrUnsupported, "unsupported"},
}

// Outcome returns the kind of an error as a short label for metrics: "ok" for nil,
// "wrong-pin", "weak-pin" and "pin-length" for what rules refuse, "block", "policy",
// "exposure", "key-usage", "key-not-found", "key-exists", "unavailable", "closed",
// "device", "cancelled", "deadline", "unsupported", and "input" for what else the
// caller got wrong.
func Outcome(err error) string {
	if err == nil {
		return "ok"
	}
	for _, o := range outcomes {
		if errors.Is(err, o.err) {
			return o.name
		}
	}
	return "input"
}
