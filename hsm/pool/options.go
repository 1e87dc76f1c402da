package pool

import (
	"errors"
	"time"

	"github.com/pinion-hsm/pinion/hsm"
)

// Option is a choice about a pool.
type Option func(*settings)

type settings struct {
	standby, stay bool
	tryTimeout    time.Duration
	interval      time.Duration
	checkTimeout  time.Duration
	failures      int
	least         hsm.Exposure
	onChange      func(StateChange)
}

func defaults() settings {
	return settings{interval: time.Second, checkTimeout: time.Second, failures: 1}
}

func (s *settings) check() error {
	if s.interval <= 0 || s.checkTimeout <= 0 {
		return errors.New("hsm/pool: the interval and the time of health checks must be positive")
	}
	if s.tryTimeout < 0 {
		return errors.New("hsm/pool: the time of a try must not be negative")
	}
	if s.failures < 1 {
		return errors.New("hsm/pool: a member is ejected after one failure or more")
	}
	return nil
}

// WithStandby has the first member that serves, in the order they were given, do all
// the work. When one before it serves again, the work goes back there.
func WithStandby() Option { return func(s *settings) { s.standby = true } }

// WithStandbyStay is [WithStandby], but the work stays where it went, until that
// member, in its turn, does not answer.
func WithStandbyStay() Option { return func(s *settings) { s.standby, s.stay = true, true } }

// WithTryTimeout limits the time that one member has for one operation. After it the
// member counts as not answering, and the operation is tried on another. Without
// it an operation on an HSM that has stopped, but not gone, takes until the caller's
// context ends; choose some times what a slow operation, like a large batch, takes.
// The wait for a member with a limit does not count.
func WithTryTimeout(d time.Duration) Option { return func(s *settings) { s.tryTimeout = d } }

// WithCheckInterval sets how often each member is asked whether it is there. Without
// it, that is every second.
func WithCheckInterval(d time.Duration) Option { return func(s *settings) { s.interval = d } }

// WithCheckTimeout sets how long a member has for the answer to a health check, and
// where all members are asked for a key. Without it, that is a second.
func WithCheckTimeout(d time.Duration) Option { return func(s *settings) { s.checkTimeout = d } }

// WithFailures sets after how many failures in a row, of operations and health checks, a
// member is ejected. Without it, it is one: a device says that it does not answer
// when it has tried to connect again itself, and the next health check brings it
// back if it was a moment's fault.
func WithFailures(n int) Option { return func(s *settings) { s.failures = n } }

// WithStateFunc has f called when a member is ejected and when it serves again, one
// call at a time and in order. f must not call [Pool.Close], and should return soon: it is
// called from an operation, or from the health check, that brought the change
// about.
func WithStateFunc(f func(StateChange)) Option { return func(s *settings) { s.onChange = f } }

// WithOnDevice has members take no part in an operation in which the clear PIN would
// be in this process. Without it the worst member decides what the pool says of
// itself; with it, a member that works in this process does not keep the others
// from working where that is not allowed.
func WithOnDevice() Option { return func(s *settings) { s.least = hsm.OnDevice } }
