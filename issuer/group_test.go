package issuer_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/pinblock"
)

// together calls f from n goroutines that start at once.
func together(n int, f func(i int)) {
	var wait sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wait.Go(func() {
			<-start
			f(i)
		})
	}
	close(start)
	wait.Wait()
}

func TestThousandWrongPINs(t *testing.T) {
	t.Parallel()
	for _, group := range []int{1, 256} {
		r := newRig(t, func(o *issuer.Options) { o.Group = group })
		token := r.card("visa")
		r.set(token, "1234")
		b := r.block("1235")
		before := r.store.groups.Load()
		var mu sync.Mutex
		answers := map[issuer.Result]int{}
		left := map[int]int{}
		together(1000, func(int) {
			o, err := r.service.VerifyPIN(t.Context(), token, b, by)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				answers[issuer.Result(err.Error())]++
				return
			}
			answers[o.Result]++
			if o.Result == issuer.WrongPIN {
				left[o.RemainingTries]++
			}
		})
		require.Equal(t, map[issuer.Result]int{issuer.WrongPIN: 3, issuer.Blocked: 997}, answers)
		require.Equal(t, map[int]int{2: 1, 1: 1, 0: 1}, left)
		require.EqualValues(t, 3, r.device.verified.Load(), "the HSM is asked for as many tries as there are")
		require.Len(t, r.log(), 1002, "every answer is in the audit log")
		if commits := r.store.groups.Load() - before; group == 1 {
			require.EqualValues(t, 1000, commits)
		} else {
			require.Less(t, commits, int64(500), "requests that come together are committed together")
		}
	}
}

func TestManyCardsInOneGroup(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const cards = 60
	tokens := make([]string, cards)
	together(cards, func(i int) {
		pan, err := pinblock.ParsePAN(fmt.Sprintf("54321012345%05d", i))
		require.NoError(t, err)
		o, err := r.service.Register(t.Context(), issuer.Registration{PAN: pan}, by)
		require.NoError(t, err)
		tokens[i] = o.Token
		s, err := r.service.SetPIN(t.Context(), o.Token, r.blockFor("1234", pan), by)
		require.NoError(t, err)
		require.Equal(t, issuer.OK, s.Result)
		for want := range i % 3 { // wrong tries stay with their card
			v, err := r.service.VerifyPIN(t.Context(), o.Token, r.blockFor("1235", pan), by)
			require.NoError(t, err)
			require.Equal(t, issuer.WrongPIN, v.Result)
			require.Equal(t, 2-want, v.RemainingTries)
		}
	})
	for i, token := range tokens {
		require.Equal(t, 3-i%3, r.tries(token))
	}
	r.log()
}

func TestSamePANAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var mu sync.Mutex
	made, refused := 0, 0
	together(50, func(int) {
		_, err := r.service.Register(t.Context(), issuer.Registration{PAN: r.pan}, by)
		mu.Lock()
		defer mu.Unlock()
		if err == nil {
			made++
		} else if errors.Is(err, issuer.ErrCardExists) {
			refused++
		}
	})
	require.Equal(t, 1, made)
	require.Equal(t, 49, refused)
}

func TestOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token := r.card("visa")
	r.set(token, "1234")
	q := by
	q.Once = &issuer.Once{ID: issuer.AnswerID{Scope: "test", Key: "k1"}, Fingerprint: []byte("one request")}
	var mu sync.Mutex
	fresh := 0
	together(40, func(int) {
		o, err := r.service.VerifyPIN(t.Context(), token, r.block("1235"), q)
		require.NoError(t, err)
		require.Equal(t, issuer.WrongPIN, o.Result)
		require.Equal(t, 2, o.RemainingTries)
		mu.Lock()
		defer mu.Unlock()
		if !o.Replayed {
			fresh++
		}
	})
	require.Equal(t, 1, fresh)
	require.Equal(t, 2, r.tries(token), "executed once")

	other := q
	other.Once = &issuer.Once{ID: q.Once.ID, Fingerprint: []byte("another request")}
	_, err := r.service.Unblock(t.Context(), token, other)
	require.ErrorIs(t, err, issuer.ErrReused)
	require.Equal(t, 2, r.tries(token))

	// The same key for two cards at once: one of them is another request.
	q.Once = &issuer.Once{ID: issuer.AnswerID{Scope: "test", Key: "k2"}, Fingerprint: []byte("first")}
	other.Once = &issuer.Once{ID: q.Once.ID, Fingerprint: []byte("second")}
	second, err := r.service.Register(t.Context(), issuer.Registration{}, by)
	require.NoError(t, err)
	var errs [2]error
	together(2, func(i int) {
		_, errs[i] = r.service.Unblock(t.Context(), []string{token, second.Token}[i], []issuer.Request{q, other}[i])
	})
	require.True(t, (errs[0] == nil) != (errs[1] == nil), "%v", errs)

	// A PIN is not kept to be answered again.
	q.Once = &issuer.Once{ID: issuer.AnswerID{Scope: "test", Key: "k3"}}
	block, o, err := r.service.GenerateAndReveal(t.Context(), token, zone, q)
	require.NoError(t, err)
	require.NotNil(t, block)
	require.False(t, o.Replayed)
	block, o, err = r.service.GenerateAndReveal(t.Context(), token, zone, q)
	require.NoError(t, err)
	require.Nil(t, block)
	require.True(t, o.Replayed)

	// What was not executed is not remembered.
	q.Once = &issuer.Once{ID: issuer.AnswerID{Scope: "test", Key: "k4"}}
	r.device.unplugged.Store(true)
	_, err = r.service.SetPIN(t.Context(), token, r.block("4321"), q)
	require.ErrorIs(t, err, issuer.ErrHSM)
	r.device.unplugged.Store(false)
	o, err = r.service.SetPIN(t.Context(), token, r.block("4321"), q)
	require.NoError(t, err)
	require.False(t, o.Replayed)
}

func TestOutage(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token := r.card("visa")
	r.set(token, "1234")
	r.device.unplugged.Store(true)
	_, err := r.service.VerifyPIN(t.Context(), token, r.block("1235"), by)
	require.ErrorIs(t, err, issuer.ErrHSM)
	_, err = r.service.ChangePIN(t.Context(), token, issuer.PINChange{Current: r.block("1235"), New: r.block("1111")}, by)
	require.ErrorIs(t, err, issuer.ErrHSM)
	asked, groups := r.device.verified.Load(), r.store.groups.Load()
	together(300, func(int) {
		_, err := r.service.VerifyPIN(t.Context(), token, r.block("1235"), by)
		require.ErrorIs(t, err, issuer.ErrHSM)
	})
	require.LessOrEqual(t, r.device.verified.Load()-asked, r.store.groups.Load()-groups, "a group finds an outage out once")
	r.device.unplugged.Store(false)
	require.Equal(t, 3, r.tries(token), "the counter does not move for an HSM that does not answer")
	result, _ := r.verify(token, "1234")
	require.Equal(t, issuer.OK, result)
}

func TestUnreadableBlockCostsNoTry(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token := r.card("visa")
	r.set(token, "1234")
	b := r.block("1234")
	b.Block[3] ^= 0x40
	o, err := r.service.VerifyPIN(t.Context(), token, b, by)
	require.NoError(t, err)
	require.Equal(t, issuer.Unreadable, o.Result)
	require.Equal(t, 3, o.RemainingTries)
	o, err = r.service.ChangePIN(t.Context(), token, issuer.PINChange{Current: r.block("1235"), New: b}, by)
	require.NoError(t, err)
	require.Equal(t, issuer.Unreadable, o.Result)
	require.Equal(t, 3, o.RemainingTries, "a malformed new block is found before the current PIN is tried")
	_, err = r.service.VerifyPIN(t.Context(), token, issuer.PINBlock{Block: b.Block[:7], Key: zone}, by)
	require.ErrorIs(t, err, pinblock.ErrBlockSize)
	require.Equal(t, 3, r.tries(token))
}

func TestNoAnswerThatIsNotInTheStore(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token := r.card("visa")
	r.set(token, "1234")
	r.store.broken.Store(true)
	for _, text := range []string{"1234", "1235"} {
		o, err := r.service.VerifyPIN(t.Context(), token, r.block(text), by)
		require.ErrorIs(t, err, errBroken)
		require.Zero(t, o, "the verdict is not told")
	}
	block, _, err := r.service.Reveal(t.Context(), token, zone, by)
	require.ErrorIs(t, err, errBroken)
	require.Nil(t, block)
	r.store.broken.Store(false)
	require.Equal(t, 3, r.tries(token))
}

func TestRepeatedTransactionAsksOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token := r.card("visa")
	r.set(token, "1234")
	r.store.again.Store(true)
	result, left := r.verify(token, "1235")
	require.Equal(t, issuer.WrongPIN, result)
	require.Equal(t, 2, left)
	require.EqualValues(t, 1, r.device.verified.Load())
	require.False(t, r.store.again.Load())
}

func TestRightPINOnAFullCounterWritesOnlyAudit(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token := r.card("visa")
	r.set(token, "1234")
	entries, updates := len(r.log()), r.store.updates.Load()
	result, _ := r.verify(token, "1234")
	require.Equal(t, issuer.OK, result)
	require.Equal(t, updates, r.store.updates.Load())
	require.Len(t, r.log(), entries+1)
	r.verify(token, "1235")
	require.Equal(t, updates+1, r.store.updates.Load())
}

func TestPanicIsOneRequests(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token := r.card("visa")
	r.set(token, "1234")
	f := func() { panic("a bug") }
	r.device.during.Store(&f)
	_, err := r.service.VerifyPIN(t.Context(), token, r.block("1235"), by)
	require.ErrorContains(t, err, "internal error")
	require.NotContains(t, err.Error(), "a bug")
	r.device.during.Store(nil)
	result, left := r.verify(token, "1235")
	require.Equal(t, issuer.WrongPIN, result)
	require.Equal(t, 2, left)
}

func TestTicketIsUsedOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token := r.card("visa")
	ticket, expires, err := r.service.IssueTicket(t.Context(), token, time.Minute, by)
	require.NoError(t, err)
	require.WithinDuration(t, time.Now().Add(time.Minute), expires, 10*time.Second)
	second, err := r.service.Register(t.Context(), issuer.Registration{}, by)
	require.NoError(t, err)
	_, _, err = r.service.RevealByTicket(t.Context(), second.Token, ticket, zone, by)
	require.ErrorIs(t, err, issuer.ErrTicket, "a ticket is one card's")
	var mu sync.Mutex
	shown, refused := 0, 0
	together(20, func(int) {
		block, _, err := r.service.RevealByTicket(t.Context(), token, ticket, zone, by)
		mu.Lock()
		defer mu.Unlock()
		if err == nil && block != nil {
			shown++
		} else if errors.Is(err, issuer.ErrTicket) {
			refused++
		}
	})
	require.Equal(t, 1, shown)
	require.Equal(t, 19, refused)
}
