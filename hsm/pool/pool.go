package pool

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/pinion-hsm/pinion/hsm"
)

// Member is a device of a pool, which owns it from then on.
type Member struct {
	// Name says which one it is, in errors and statistics: "hsm-east", "hsm-2".
	Name   string
	Device hsm.Device
	// Limit is how many operations the device is given at the same time; others wait.
	// 0 is no limit. Health checks do not count.
	Limit int
}

// Pool is several devices as one. It is safe for concurrent use. Make one with
// [New].
type Pool struct {
	settings
	name    string
	members []*member
	closed  atomic.Bool
	stop    context.CancelFunc // ends the health checks
	health  sync.WaitGroup
	once    sync.Once // closes
	errs    error     // of closing

	manage chan struct{} // held, as its one value, by who makes or removes keys

	// mu guards what follows, what the members count, and every call of a breaker: what
	// is seen of its state holds until it is unlocked.
	mu      sync.Mutex
	waiters []*waiter
	next    int // where the search among equals starts
	active  int // who serves in standby
	events  []StateChange
	telling bool

	keys known
}

// New returns a pool of devices. Their order is that of preference in standby, and
// where members disagree about a key, the first one's is taken for the right one in
// reports. The devices need not answer yet. The error is about the members' names and
// limits, or an option.
func New(members []Member, opts ...Option) (*Pool, error) {
	if len(members) == 0 {
		return nil, errors.New("hsm/pool: a pool has at least one member")
	}
	p := &Pool{settings: defaults(), manage: make(chan struct{}, 1)}
	for _, o := range opts {
		o(&p.settings)
	}
	if err := p.settings.check(); err != nil {
		return nil, err
	}
	names := make([]string, 0, len(members))
	for i, m := range members {
		if err := m.check(names); err != nil {
			return nil, err
		}
		names = append(names, m.Name)
		p.members = append(p.members, p.newMember(i, m))
	}
	p.name = "pool of " + strings.Join(names, ", ")
	ctx, stop := context.WithCancel(context.Background())
	p.stop = stop
	for _, m := range p.members {
		p.health.Go(func() { p.watch(ctx, m) })
	}
	return p, nil
}

func (m Member) check(names []string) error {
	if m.Name == "" {
		return errors.New("hsm/pool: a member has no name")
	}
	for _, n := range names {
		if n == m.Name {
			return fmt.Errorf("hsm/pool: two members are named %q", n)
		}
	}
	if m.Device == nil {
		return fmt.Errorf("hsm/pool: member %q has no device", m.Name)
	}
	if m.Limit < 0 {
		return fmt.Errorf("hsm/pool: the limit of member %q must not be negative", m.Name)
	}
	return nil
}

// Name implements [hsm.Device]: "pool of hsm-1, hsm-2".
func (p *Pool) Name() string { return p.name }

// ThrowAway implements [hsm.ThrowAway]: a pool is one if all its members are.
func (p *Pool) ThrowAway() bool {
	for _, m := range p.members {
		if t, ok := m.device.(hsm.ThrowAway); !ok || !t.ThrowAway() {
			return false
		}
	}
	return true
}

// Ping implements [hsm.Pinger]: it returns nil if a member answers.
func (p *Pool) Ping(ctx context.Context) error {
	return p.do(ctx, hsm.Work{}, func(ctx context.Context, m *member, _ hsm.Work) error {
		if d, ok := m.device.(hsm.Pinger); ok {
			return d.Ping(ctx)
		}
		return nil
	})
}

// Close ends the health checks and closes every member, at the same time: one that
// hangs does not keep the others.
func (p *Pool) Close() error {
	p.once.Do(func() {
		p.closed.Store(true)
		p.stop()
		p.mu.Lock()
		p.wakeAll()
		p.mu.Unlock()
		p.health.Wait()
		errs := make([]error, len(p.members))
		var wg sync.WaitGroup
		for i, m := range p.members {
			wg.Go(func() {
				if err := m.device.Close(); err != nil {
					errs[i] = fmt.Errorf("hsm/pool: member %q: %w", m.name, err)
				}
			})
		}
		wg.Wait()
		p.errs = errors.Join(errs...)
	})
	return p.errs
}

var (
	_ hsm.Device          = (*Pool)(nil)
	_ hsm.BatchTranslator = (*Pool)(nil)
	_ hsm.Deriver         = (*Pool)(nil)
	_ hsm.KeyManager      = (*Pool)(nil)
	_ hsm.Pinger          = (*Pool)(nil)
	_ hsm.ThrowAway       = (*Pool)(nil)
)
