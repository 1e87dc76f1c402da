//go:build cgo && unix

package pkcs11_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/internal/p11rig"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
	"github.com/pinion-hsm/pinion/softhsm"
)

// What the tests of faults allow. Recovery is what the package promises; on a machine
// that does nothing else it is 50 to 100 ms, and one that is busy may miss it once: see
// comebacks.
const (
	recovery = 2 * time.Second
	hang     = 15 * time.Second // no comeback takes so long, on any machine
	slack    = 5 * time.Second  // after a context has ended
	forever  = 60 * time.Second
)

// comebacks are how long it took, time after time, until a token that was back was used
// again.
type comebacks []time.Duration

// since adds one.
func (c *comebacks) since(t *testing.T, back time.Time) {
	t.Helper()
	took := time.Since(back)
	require.Less(t, took, hang)
	*c = append(*c, took)
}

// kept holds them to what is promised. What waits too long by design does so each time;
// the quickest shows that it does not.
func (c comebacks) kept(t *testing.T) {
	t.Helper()
	require.NotEmpty(t, c)
	require.Less(t, slices.Min(c), recovery)
	t.Logf("used again after %v", c)
}

// rounds returns how often something is done: n times, or as often as PKCS11_ROUNDS
// says.
func rounds(t testing.TB, n int) int {
	t.Helper()
	s := os.Getenv("PKCS11_ROUNDS")
	if s == "" {
		return n
	}
	more, err := strconv.Atoi(s)
	require.NoError(t, err, "PKCS11_ROUNDS")
	return more
}

// station is a device with keys that are in software too, so that every answer is
// checked.
type station struct {
	d             *pkcs11.Device
	h             *hsm.HSM
	from, to, pvk keys.Key
	pin           pinblock.PIN
	pan           pinblock.PAN
	block         []byte
	pvv           []byte
	made          string       // what the labels of keys begin with that it makes
	n             atomic.Int64 // how many
}

var method = pinverify.VisaPVV{Index: 1}

func stationed(t testing.TB, d *pkcs11.Device) *station {
	t.Helper()
	s := &station{d: d, made: "new-", h: hsm.New(d, hsm.AllowInProcess()),
		from: soft(t, keys.TDES2, keys.UsagePIN), to: soft(t, keys.TDES2, keys.UsagePIN), pvk: soft(t, keys.TDES2, keys.UsageVisaPVV)}
	load(t, d, "from", s.from)
	load(t, d, "to", s.to)
	load(t, d, "pvk", s.pvk)
	var err error
	s.pin, err = pinblock.ParsePIN("592814")
	require.NoError(t, err)
	s.pan, err = pinblock.ParsePAN("4999990000000009")
	require.NoError(t, err)
	s.block, err = pinblock.Seal(t.Context(), nil, s.from, pinblock.ISO0, s.pin, s.pan)
	require.NoError(t, err)
	s.pvv, err = method.Reference(t.Context(), s.pvk, s.pin, s.pan)
	require.NoError(t, err)
	return s
}

func (s *station) ends() (from, to hsm.PINKey) {
	return hsm.PINKey{Key: "from", Format: pinblock.ISO0}, hsm.PINKey{Key: "to", Format: pinblock.ISO3}
}

// right is an error unless the block is the PIN under the other key.
func (s *station) right(block []byte) error {
	got, err := pinblock.Open(context.Background(), s.to, pinblock.ISO3, block, s.pan)
	if err != nil || !got.Equal(s.pin) {
		return errWrong
	}
	return nil
}

func (s *station) translate(ctx context.Context) error {
	from, to := s.ends()
	block, err := s.h.TranslatePIN(ctx, hsm.Translation{Block: s.block, PAN: s.pan, From: from, To: to})
	if err != nil {
		return err
	}
	return s.right(block)
}

func (s *station) batch(ctx context.Context) error {
	from, to := s.ends()
	b := hsm.Batch{From: from, To: to, Blocks: bytes.Repeat(s.block, 20), PANs: slices.Repeat([]pinblock.PAN{s.pan}, 20)}
	b.Blocks[7*len(s.block)+3] ^= 1
	results, err := s.h.TranslatePINs(ctx, b)
	if err != nil {
		return err
	}
	for i := range b.Len() {
		block, err := results.Block(i)
		if i == 7 {
			if !errors.Is(err, hsm.ErrBlock) && s.right(block) == nil {
				return errWrong
			}
			continue
		}
		if err != nil {
			return err
		}
		if err := s.right(block); err != nil {
			return err
		}
	}
	return nil
}

func (s *station) verify(ctx context.Context) error {
	from, _ := s.ends()
	return s.h.VerifyPIN(ctx, hsm.Verification{Block: s.block, PAN: s.pan, From: from, Method: method, MethodKey: "pvk", Reference: s.pvv})
}

// refuse verifies a PIN that is wrong.
func (s *station) refuse(ctx context.Context) error {
	from, _ := s.ends()
	other := []byte{s.pvv[0] ^ 1, s.pvv[1], s.pvv[2], s.pvv[3]}
	err := s.h.VerifyPIN(ctx, hsm.Verification{Block: s.block, PAN: s.pan, From: from, Method: method, MethodKey: "pvk", Reference: other})
	switch {
	case err == nil:
		return errWrong
	case errors.Is(err, hsm.ErrWrongPIN):
		return nil
	}
	return err
}

// life makes a key and deletes it.
func (s *station) life(ctx context.Context) error {
	label := fmt.Sprint(s.made, s.n.Add(1))
	if _, err := s.d.GenerateKey(ctx, hsm.KeySpec{Label: label, Algorithm: keys.TDES2, Usage: keys.UsagePIN}); err != nil {
		return err
	}
	err := s.d.DeleteKey(ctx, label)
	if errors.Is(err, hsm.ErrKeyNotFound) { // tried twice, and gone the first time
		err = nil
	}
	return err
}

// any does one operation of many kinds, mostly translations.
func (s *station) any(ctx context.Context, i int) error {
	switch i % 16 {
	case 3:
		return s.batch(ctx)
	case 5, 13:
		return s.verify(ctx)
	case 7:
		return s.refuse(ctx)
	case 9:
		return s.life(ctx)
	case 11:
		_, err := s.d.ListKeys(ctx)
		return err
	case 15:
		return s.d.Ping(ctx)
	}
	return s.translate(ctx)
}

// excused reports whether an error is what the absence of a token may cause.
func excused(err error) bool {
	return errors.Is(err, hsm.ErrUnavailable) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// callers are eight that go on asking, until they are told to end.
type callers struct {
	good, bad atomic.Int64
	end       func()
}

// ask has the callers ask, each time with a context that ends after the time that
// is given. A wrong answer, an error that is not excused and a call that returns long
// after its context fail the test.
func (s *station) ask(t *testing.T, patience time.Duration) *callers {
	t.Helper()
	c := &callers{}
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for caller := range 8 {
		wg.Go(func() {
			for i := caller; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				switch err := s.timed(t, patience, func(ctx context.Context) error { return s.any(ctx, i) }); {
				case err == nil:
					c.good.Add(1)
				case excused(err):
					c.bad.Add(1)
				default:
					t.Errorf("operation %d: %v", i%16, err)
					return
				}
			}
		})
	}
	c.end = sync.OnceFunc(func() { close(stop); wg.Wait() })
	t.Cleanup(c.end)
	return c
}

// timed calls f with a context that ends, and fails the test if it does not return
// then.
func (s *station) timed(t *testing.T, patience time.Duration, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	start := time.Now()
	err := f(ctx)
	if took := time.Since(start); took > patience+slack {
		t.Errorf("a call returned after %v, and its context ended after %v: %v", took, patience, err)
	}
	return err
}

// more waits until a counter has gone on by n.
func more(t *testing.T, counter *atomic.Int64, n int64) {
	t.Helper()
	before := counter.Load()
	require.Eventually(t, func() bool { return counter.Load() >= before+n || t.Failed() }, forever, time.Millisecond)
}

// recovers waits until a translation succeeds, and returns how long that took.
func (s *station) recovers(t *testing.T) time.Duration {
	t.Helper()
	start := time.Now()
	for {
		err := s.timed(t, hang, s.translate)
		took := time.Since(start)
		if err == nil {
			require.Less(t, took, hang, "it recovers too late")
			return took
		}
		require.True(t, excused(err), "%v", err)
		require.Less(t, took, hang, "it does not recover: %v", err)
	}
}

// calm waits until nothing is left of what was abandoned.
func (s *station) calm(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool {
		n := pkcs11.Count(s.d)
		return n.Abandoned == 0 && n.Users == 0 && n.Sessions <= n.Most
	}, forever, time.Millisecond, "%+v", pkcs11.Count(s.d))
}

// watched calls f in such a way that the goroutines it leaves behind are counted.
func watched(t *testing.T, f func(count func() int)) {
	name := t.Name()
	mark := fmt.Sprintf("%q:%q", "fault", name)
	pprof.Do(context.Background(), pprof.Labels("fault", name), func(context.Context) {
		f(func() int {
			var b bytes.Buffer
			require.NoError(t, pprof.Lookup("goroutine").WriteTo(&b, 1))
			all := 0
			for _, stack := range strings.Split(b.String(), "\n\n") {
				if !strings.Contains(stack, mark) || !strings.Contains(stack, "hsm/pkcs11.") {
					continue
				}
				for line := range strings.Lines(stack) {
					if count, _, ok := strings.Cut(line, " @ "); ok {
						n, err := strconv.Atoi(count)
						require.NoError(t, err)
						all += n
					}
				}
			}
			return all
		})
	})
}

// served returns a token in another process, and a device on it.
func served(t *testing.T) (*p11rig.Server, *station) {
	t.Helper()
	server := p11rig.Serve(t, softhsm.New(t))
	return server, stationed(t, open(t, server.Config()))
}

// tampered returns a SoftHSM2 token with a tamper in front of it, which records
// nothing.
func tampered(t *testing.T) *p11rig.Tamper {
	t.Helper()
	token := softhsm.New(t)
	m := p11rig.NewTamper(t, token.Config(), pkcs11.Setup{Env: token.Env()})
	m.Record(false)
	return m
}
