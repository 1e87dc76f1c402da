package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/audit"
)

func TestCards(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := open(t, dsn)
		full, bare := card(1), card(2)
		bare.PAN, bare.PANHash, bare.Block = nil, nil, nil
		another := card(3)
		another.PAN, another.PANHash = nil, nil // two cards without a PAN are two cards
		add(t, s, full, bare, another)
		for _, want := range []issuer.Card{full, bare, another} {
			got, err := s.Card(t.Context(), want.Token)
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
		for _, token := range []string{"", "999999999", "' OR 1=1 --", "nul\x00", "\xff"} {
			_, err := s.Card(t.Context(), token)
			require.ErrorIs(t, err, issuer.ErrNoCard, "%q", token)
		}
		token, err := s.TokenOf(t.Context(), full.PANHash)
		require.NoError(t, err)
		require.Equal(t, full.Token, token)
		for _, h := range [][]byte{nil, {}, hash("no")} {
			_, err = s.TokenOf(t.Context(), h)
			require.ErrorIs(t, err, issuer.ErrNoCard)
		}

		// Held has what is there, and f's whole row is what is there after.
		changed := full
		changed.Product, changed.Reference, changed.Block, changed.TriesUsed = "credit", []byte("99"), nil, 2
		changed.PAN, changed.PANHash = []byte("sealed anew"), hash("another")
		claim := issuer.Claim{
			Cards: []string{bare.Token, "000000009", full.Token, full.Token, "nul\x00"},
			PANs:  [][]byte{hash("none"), full.PANHash, full.PANHash},
		}
		require.NoError(t, s.Transact(t.Context(), claim, func(_ context.Context, h *issuer.Held) (issuer.Changes, error) {
			require.Equal(t, map[string]issuer.Card{full.Token: full, bare.Token: bare}, h.Cards)
			require.Equal(t, map[string]string{string(full.PANHash): full.Token}, h.PANs)
			require.Empty(t, h.Answers)
			require.Empty(t, h.Tickets)
			return issuer.Changes{Updated: []issuer.Card{changed}}, nil
		}))
		got, err := s.Card(t.Context(), full.Token)
		require.NoError(t, err)
		require.Equal(t, changed, got)
		got, err = s.Card(t.Context(), bare.Token)
		require.NoError(t, err)
		require.Equal(t, bare, got)
		_, err = s.TokenOf(t.Context(), full.PANHash)
		require.ErrorIs(t, err, issuer.ErrNoCard)
	})
}

func TestAnswers(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := open(t, dsn)
		a := issuer.AnswerID{Scope: "client a", Key: "k\x00\xff"} // whatever a client thinks of
		b := issuer.AnswerID{Scope: "client b", Key: "k\x00\xff"}
		left := issuer.AnswerID{Scope: "client a", Key: "left"}
		first := issuer.Answer{Fingerprint: hash("request"), Outcome: []byte(`{"result":"ok"}`), Given: noon.UTC()}
		claim := issuer.Claim{Answers: []issuer.AnswerID{left, b, a, a}}
		require.NoError(t, s.Transact(t.Context(), claim, func(_ context.Context, h *issuer.Held) (issuer.Changes, error) {
			require.Empty(t, h.Answers)
			return issuer.Changes{Answers: map[issuer.AnswerID]issuer.Answer{a: first}}, nil
		}))
		second := issuer.Answer{Fingerprint: hash("other"), Outcome: []byte(`{}`), Given: noon.Add(time.Hour).UTC()}
		require.NoError(t, s.Transact(t.Context(), claim, func(_ context.Context, h *issuer.Held) (issuer.Changes, error) {
			require.Equal(t, map[issuer.AnswerID]issuer.Answer{a: first}, h.Answers)
			return issuer.Changes{Answers: map[issuer.AnswerID]issuer.Answer{b: second}}, nil
		}))

		require.NoError(t, s.Prune(t.Context(), noon.Add(time.Microsecond)))
		require.NoError(t, s.Transact(t.Context(), claim, func(_ context.Context, h *issuer.Held) (issuer.Changes, error) {
			require.Equal(t, map[issuer.AnswerID]issuer.Answer{b: second}, h.Answers)
			return issuer.Changes{}, nil
		}))
	})
}

func TestTickets(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := open(t, dsn)
		add(t, s, card(1))
		one := issuer.Ticket{Hash: hash("one"), Token: card(1).Token, Expires: noon.UTC()}
		two := issuer.Ticket{Hash: hash("two"), Token: card(1).Token, Expires: noon.Add(time.Hour).UTC()}
		old := issuer.Ticket{Hash: hash("old"), Token: card(1).Token, Expires: noon.Add(-time.Hour).UTC()}
		require.NoError(t, s.Transact(t.Context(), issuer.Claim{}, always(issuer.Changes{Tickets: []issuer.Ticket{one, two, old}})))
		require.NoError(t, s.Prune(t.Context(), noon))
		claim := issuer.Claim{Tickets: [][]byte{two.Hash, old.Hash, one.Hash, hash("none"), one.Hash}}
		require.NoError(t, s.Transact(t.Context(), claim, func(_ context.Context, h *issuer.Held) (issuer.Changes, error) {
			require.Equal(t, map[string]issuer.Ticket{string(one.Hash): one, string(two.Hash): two}, h.Tickets)
			return issuer.Changes{Used: [][]byte{one.Hash}}, nil
		}))
		require.NoError(t, s.Transact(t.Context(), claim, func(_ context.Context, h *issuer.Held) (issuer.Changes, error) {
			require.Equal(t, map[string]issuer.Ticket{string(two.Hash): two}, h.Tickets)
			return issuer.Changes{}, nil
		}))
	})
}

func TestMail(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := open(t, dsn)
		mail := func(id string, age time.Duration) issuer.Mail {
			return issuer.Mail{ID: id, Job: []byte("job " + id), Created: noon.Add(-age).UTC()}
		}
		a, b, c := mail("a", time.Minute), mail("b", time.Hour), mail("c", time.Hour)
		require.NoError(t, s.Transact(t.Context(), issuer.Claim{}, always(issuer.Changes{Mail: []issuer.Mail{a, c, b}})))
		got, err := s.Mail(t.Context(), 2)
		require.NoError(t, err)
		require.Equal(t, []issuer.Mail{b, c}, got)
		require.NoError(t, s.Delivered(t.Context(), b.ID))
		require.NoError(t, s.Delivered(t.Context(), b.ID))
		got, err = s.Mail(t.Context(), 10)
		require.NoError(t, err)
		require.Equal(t, []issuer.Mail{c, a}, got)
	})
}

func TestAudit(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := open(t, dsn)
		require.Zero(t, verifyLog(t, s))
		odd := event("000000001", "ok")
		odd.Description, odd.UpdatedBy, odd.Trace = "nul \x00 and \xff", "zoë", "trace"
		require.NoError(t, s.Transact(t.Context(), issuer.Claim{}, always(issuer.Changes{Audit: []audit.Event{event("1", "a"), odd}})))
		require.NoError(t, s.Transact(t.Context(), issuer.Claim{}, always(issuer.Changes{Audit: []audit.Event{event("2", "b")}})))
		require.Equal(t, 3, verifyLog(t, s))

		var got []audit.Entry
		for e, err := range s.Audit(t.Context(), 2) {
			require.NoError(t, err)
			got = append(got, e)
		}
		require.Len(t, got, 2)
		require.EqualValues(t, 2, got[0].Seq)
		require.Equal(t, noon.UTC(), got[0].Time)
		require.Equal(t, "nul \uFFFD and \uFFFD", got[0].Description)
		require.Equal(t, "zoë", got[0].UpdatedBy)
		for range s.Audit(t.Context(), 1) {
			break // a reader that leaves takes no connection with it
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for _, err := range s.Audit(ctx, 1) {
			require.ErrorIs(t, err, context.Canceled)
		}
	})
}

func TestPing(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := open(t, dsn)
		require.NoError(t, s.Ping(t.Context()))
		require.Positive(t, s.Lanes())
		require.Contains(t, t.Name(), s.Kind())
		require.NoError(t, s.Close())
		require.NoError(t, s.Close())
		require.ErrorIs(t, s.Ping(t.Context()), issuer.ErrStore)
		require.ErrorIs(t, s.Transact(t.Context(), issuer.Claim{}, always(issuer.Changes{})), issuer.ErrStore)
		_, err := s.Card(t.Context(), "1")
		require.ErrorIs(t, err, issuer.ErrStore)
	})
}

func TestNothingWritten(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := open(t, dsn)
		add(t, s, card(1))
		id := issuer.AnswerID{Scope: "s", Key: "k"}
		claim := issuer.Claim{Cards: []string{card(1).Token}, Answers: []issuer.AnswerID{id}}
		moved := card(1)
		moved.TriesUsed = 1
		all := issuer.Changes{
			New: []issuer.Card{card(2)}, Updated: []issuer.Card{moved}, Audit: []audit.Event{event("1", "x")},
			Answers: map[issuer.AnswerID]issuer.Answer{id: {Fingerprint: hash("f"), Outcome: []byte("{}"), Given: noon}},
			Mail:    []issuer.Mail{{ID: "m", Job: []byte("j"), Created: noon}},
		}
		untouched := func() {
			t.Helper()
			require.Zero(t, counter(t, s, card(1).Token))
			_, err := s.Card(t.Context(), card(2).Token)
			require.ErrorIs(t, err, issuer.ErrNoCard)
			require.Equal(t, 1, verifyLog(t, s))
			mail, err := s.Mail(t.Context(), 1)
			require.NoError(t, err)
			require.Empty(t, mail)
			require.NoError(t, s.Transact(t.Context(), claim, func(_ context.Context, h *issuer.Held) (issuer.Changes, error) {
				require.Empty(t, h.Answers)
				return issuer.Changes{}, nil
			}))
		}

		mine := errors.New("mine")
		require.Equal(t, mine, s.Transact(t.Context(), claim, func(context.Context, *issuer.Held) (issuer.Changes, error) { return all, mine }))
		untouched()

		for range 40 { // more than there are connections: none is lost
			require.PanicsWithValue(t, "oops", func() {
				_ = s.Transact(t.Context(), claim, func(context.Context, *issuer.Held) (issuer.Changes, error) { panic("oops") })
			})
		}
		untouched()

		ctx, cancel := context.WithCancel(t.Context())
		require.ErrorIs(t, s.Transact(ctx, claim, func(context.Context, *issuer.Held) (issuer.Changes, error) { cancel(); return all, nil }), context.Canceled)
		require.ErrorIs(t, s.Transact(ctx, claim, always(all)), context.Canceled)
		untouched()

		for _, bad := range []issuer.Changes{
			{Updated: []issuer.Card{card(7)}},
			{Used: [][]byte{hash("no")}},
			{Answers: map[issuer.AnswerID]issuer.Answer{{Scope: "s", Key: "other"}: {}}},
			{New: []issuer.Card{{Token: "000000007", Product: "without a reference"}}},
			{New: []issuer.Card{card(2)}, Updated: []issuer.Card{{Token: card(1).Token, Reference: []byte("1"), TriesUsed: -1}}},
		} {
			require.Error(t, s.Transact(t.Context(), claim, always(bad)))
		}
		untouched()
		require.NoError(t, s.Transact(t.Context(), claim, always(all)))
		require.Equal(t, 1, counter(t, s, card(1).Token))
	})
}

// TestNoValues looks for what was to be written in the error about it.
func TestNoValues(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := open(t, dsn)
		c := card(1)
		add(t, s, c)
		c.Reference = []byte("7777")
		err := s.Transact(t.Context(), issuer.Claim{}, always(issuer.Changes{New: []issuer.Card{c}}))
		require.ErrorIs(t, err, issuer.ErrStore)
		for e := err; e != nil; e = errors.Unwrap(e) {
			for _, verb := range []string{"%v", "%+v", "%#v", "%q"} {
				require.NotContains(t, fmt.Sprintf(verb, e), c.Token)
				require.NotContains(t, fmt.Sprintf(verb, e), "7777")
			}
		}
	})
}
