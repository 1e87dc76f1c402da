package issuer

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// laneStore is a store of two lanes, whose transactions end when they are let.
type laneStore struct {
	Store
	began   chan []string            // cards of transactions that begin
	written chan []string            // cards of those that are written
	start   map[string]chan struct{} // by first card, what a transaction waits for at its beginning
	commit  map[string]chan struct{} // and at its end
}

func newLaneStore() *laneStore {
	return &laneStore{began: make(chan []string, 10), written: make(chan []string, 10),
		start: map[string]chan struct{}{}, commit: map[string]chan struct{}{}}
}

func (*laneStore) Lanes() int { return 2 }

func (s *laneStore) Transact(ctx context.Context, c Claim, f func(context.Context, *Held) (Changes, error)) error {
	s.began <- c.Cards
	if wait := s.start[c.Cards[0]]; wait != nil {
		<-wait
	}
	changes, err := f(ctx, &Held{})
	changes.Written()
	s.written <- c.Cards
	if wait := s.commit[c.Cards[0]]; wait != nil {
		<-wait
	}
	return err
}

// ask submits a job about a card, and returns where its answer comes.
func ask(t *testing.T, s *Service, card string) <-chan error {
	done := make(chan error, 1)
	go func() {
		_, err := s.submit(t.Context(), &job{card: card, do: func(context.Context, *work) (Outcome, error) { return Outcome{}, nil }})
		done <- err
	}()
	return done
}

func laneService(store *laneStore) *Service {
	s := &Service{store: store, now: time.Now}
	s.o.defaults()
	s.queue = newQueue(s, store.Lanes())
	return s
}

func TestLanesOverlap(t *testing.T) {
	t.Parallel()
	store := newLaneStore()
	store.commit["a"], store.commit["b"] = make(chan struct{}), make(chan struct{})
	s := laneService(store)

	a := ask(t, s, "a")
	require.Equal(t, []string{"a"}, <-store.written)
	b := ask(t, s, "b")
	require.Equal(t, []string{"b"}, <-store.written, "while one is committed another is done")
	var rest []<-chan error
	for _, card := range []string{"c", "d", "e"} {
		rest = append(rest, ask(t, s, card))
	}
	require.Eventually(t, func() bool { return len(s.queue.jobs) == 3 }, 10*time.Second, time.Millisecond)
	close(store.commit["a"])
	require.NoError(t, <-a)
	require.ElementsMatch(t, []string{"c", "d", "e"}, <-store.written, "what came meanwhile is one group")
	for _, done := range rest {
		require.NoError(t, <-done)
	}
	close(store.commit["b"])
	require.NoError(t, <-b)
	s.Close()
}

func TestSlowGroupHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	store := newLaneStore()
	store.start["a"] = make(chan struct{})
	s := laneService(store)

	a := ask(t, s, "a")
	require.Equal(t, []string{"a"}, <-store.began)
	require.NoError(t, <-ask(t, s, "b"), "whose card nobody has")
	require.NoError(t, <-ask(t, s, "c"))
	close(store.start["a"])
	require.NoError(t, <-a)
	s.Close()
	_, err := s.submit(t.Context(), &job{card: "d"})
	require.ErrorIs(t, err, ErrClosed)
}
