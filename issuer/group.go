package issuer

import (
	"context"
	"fmt"
	"maps"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// group is the jobs of one transaction. Those of one card are a strand and are
// done in the order they came; strands are done side by side.
type group struct {
	s       *Service
	jobs    []*job
	strands map[string][]*job
	claim   Claim
	down    atomic.Bool // the HSM did not answer one of the jobs: the others do not wait for it too
	pass    func()      // lets the next group begin
}

// newGroup takes the jobs that can share a transaction, and returns those that
// have to wait for the next.
func newGroup(s *Service, waiting []*job) (*group, []*job) {
	g := &group{s: s, strands: map[string][]*job{}}
	owner := map[string]string{} // strand by name
	var later []*job
	for _, j := range waiting {
		if err := j.ctx.Err(); err != nil {
			j.err = err // nobody waits for it, and nothing was done
			j.answer()
			continue
		}
		if anotherOwns(owner, j) || waits(later, j) {
			later = append(later, j)
			continue
		}
		for _, n := range j.names() {
			owner[n] = j.strand()
		}
		g.add(j)
	}
	return g, later
}

// anotherOwns reports whether a job shares a name with another strand.
func anotherOwns(owner map[string]string, j *job) bool {
	for _, n := range j.names() {
		if o, ok := owner[n]; ok && o != j.strand() {
			return true
		}
	}
	return false
}

// waits reports whether an earlier job of the strand has to wait, which later
// ones must not overtake.
func waits(later []*job, j *job) bool {
	for _, l := range later {
		if l.strand() == j.strand() {
			return true
		}
	}
	return false
}

func (g *group) add(j *job) {
	g.jobs = append(g.jobs, j)
	g.strands[j.strand()] = append(g.strands[j.strand()], j)
	g.claim.Cards = append(g.claim.Cards, j.card)
	if j.panHash != nil {
		g.claim.PANs = append(g.claim.PANs, j.panHash)
	}
	if j.ticket != nil {
		g.claim.Tickets = append(g.claim.Tickets, j.ticket)
	}
	if o := j.request.Once; o != nil {
		g.claim.Answers = append(g.claim.Answers, o.ID)
	}
}

// run executes the group and answers its jobs.
func (g *group) run() {
	if len(g.jobs) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), g.s.o.StoreTimeout+g.s.o.HSMTimeout)
	defer cancel()
	start := time.Now()
	err := g.s.store.Transact(ctx, g.claim, g.decide)
	if err != nil {
		// Whatever was decided is void: no answer leaves that is not in the store.
		for _, j := range g.jobs {
			if j.err == nil {
				j.outcome, j.err = Outcome{}, err
			}
		}
	}
	g.s.o.OnGroup(len(g.jobs), time.Since(start), err)
	for _, j := range g.jobs {
		g.s.o.OnAnswer(j.action, j.outcome.Result)
		j.answer()
	}
}

// decide does every job and returns what is to be written.
func (g *group) decide(ctx context.Context, held *Held) (Changes, error) {
	g.down.Store(false)
	strands := make(chan []*job, len(g.strands))
	for _, s := range g.strands {
		strands <- s
	}
	close(strands)
	var mu sync.Mutex
	total := Changes{Answers: map[AnswerID]Answer{}, Written: g.pass}
	written := map[*job]Changes{}
	work := func() {
		for s := range strands {
			g.follow(ctx, held, s, &mu, written, &total)
		}
	}
	var wait sync.WaitGroup
	for range min(g.s.o.Parallel, len(g.strands)) - 1 {
		wait.Go(work)
	}
	work()
	wait.Wait()
	for _, j := range g.jobs { // the audit log is in the order in which requests came
		total.Audit = append(total.Audit, written[j].Audit...)
	}
	return total, nil
}

// follow does the jobs of one strand in order.
func (g *group) follow(ctx context.Context, held *Held, strand []*job, mu *sync.Mutex, written map[*job]Changes, total *Changes) {
	v := view{}
	v.card, v.exists = held.Cards[strand[0].card]
	stored, updated := v.exists, false
	answers := map[AnswerID]Answer{}
	var done []*work
	for _, j := range strand {
		mine := v
		w := &work{s: g.s, g: g, held: held, j: j, view: &mine}
		j.outcome, j.err = w.run(ctx, answers)
		if j.err != nil {
			continue
		}
		v, updated = mine, updated || w.updated
		maps.Copy(answers, w.changes.Answers)
		done = append(done, w)
	}
	mu.Lock()
	defer mu.Unlock()
	for _, w := range done {
		written[w.j] = w.changes
		total.merge(w.changes)
	}
	switch {
	case stored && updated:
		total.Updated = append(total.Updated, v.card)
	case !stored && v.exists:
		total.New = append(total.New, v.card)
	}
}

// merge adds what one job writes beside the card and the audit log.
func (c *Changes) merge(d Changes) {
	maps.Copy(c.Answers, d.Answers)
	c.Tickets = append(c.Tickets, d.Tickets...)
	c.Used = append(c.Used, d.Used...)
	c.Mail = append(c.Mail, d.Mail...)
}

// run does one job. A panic is that job's error and nobody else's.
func (w *work) run(ctx context.Context, answers map[AnswerID]Answer) (o Outcome, err error) {
	defer func() {
		if p := recover(); p != nil {
			w.s.o.Log.Error("panic in a request", "action", w.j.action, "card", w.j.card, "stack", string(debug.Stack()))
			o, err = Outcome{}, fmt.Errorf("issuer: %s: internal error", w.j.action)
		}
	}()
	if o, found, err := w.once(answers); found {
		return o, err
	}
	if o, err = w.j.do(ctx, w); err != nil {
		return Outcome{}, err
	}
	return o, w.record(o)
}
