//go:build cgo && unix

package pkcs11_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	p11 "github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/internal/p11rig"
)

// soakOperations is how many operations the soak makes: PKCS11_OPERATIONS, or a few.
func soakOperations(t *testing.T) int {
	t.Helper()
	text := os.Getenv("PKCS11_OPERATIONS")
	if text == "" {
		return 3000
	}
	n, err := strconv.Atoi(text)
	require.NoError(t, err, "PKCS11_OPERATIONS")
	return n
}

// TestSoak has eight callers do operations of every kind, good and bad, some of which
// they do not wait for. No answer is wrong, and what the token and this process hold
// at the end is what they held after the first tenth. It runs by itself: others use
// memory too.
func TestSoak(t *testing.T) {
	for name, l := range map[string]func(testing.TB) library{"NSS": nssLibrary, "SoftHSM2": softhsmLibrary} {
		t.Run(name, func(t *testing.T) {
			var m *p11rig.Tamper
			l := l(t)
			s := newStand(t, l, func() pkcs11.Config {
				m = p11rig.NewTamper(t, l.config, l.setup)
				m.Record(false)
				return m.Config()
			}, hsm.AllowInProcess())
			n := soakOperations(t)
			s.soak(max(n/10, 1000), name == "NSS") // which uses every key: some are copied then
			// SoftHSM2 2.6 does not give back all memory of a session object that it
			// destroyed, and needs the longer to close a session the more there were.
			s.seldom = name == "SoftHSM2"
			before := s.holding(m)
			start := time.Now()
			counts := s.soak(n, name == "NSS")
			took := time.Since(start)
			after := s.holding(m)
			t.Logf("%d operations in %v, %v; before: %v; after: %v", n, took.Round(time.Millisecond), counts, before, after)
			require.Equal(t, before.live, after.live, "objects that were made and not destroyed")
			require.Equal(t, before.objects, after.objects, "objects that are found")
			require.Less(t, after.sessions, 12)
			require.Less(t, after.heap, before.heap+8<<20, "bytes of the heap")
			room := uint64(64 << 20)
			if name == "SoftHSM2" {
				room += softhsmForgets * uint64(after.created-before.created)
			}
			require.Less(t, after.resident, before.resident+room, "bytes of memory")
			require.Less(t, after.goroutines, before.goroutines+20)
		})
	}
}

// softhsmForgets is how many bytes SoftHSM2 2.6 does not give back of each session
// object that it destroyed, and a few more. It makes one for each key that is
// derived.
const softhsmForgets = 400

// holding is what there is at some moment, when nothing runs.
type holding struct {
	live, created, objects, sessions, goroutines int
	heap, resident                               uint64
}

func (h holding) String() string {
	return fmt.Sprintf("%d objects of %d alive, %d found, %d sessions, %d goroutines, heap %d KiB, resident %d KiB",
		h.live, h.created, h.objects, h.sessions, h.goroutines, h.heap>>10, h.resident>>10)
}

// holding waits for the calls that nobody waits for, and looks.
func (s *stand) holding(m *p11rig.Tamper) holding {
	s.t.Helper()
	var h holding
	live := -1
	require.Eventually(s.t, func() bool {
		was := live
		live = m.Live()
		return live == was
	}, 10*time.Second, 50*time.Millisecond)
	h.live, h.created, h.sessions = live, m.Created(), m.Sessions()
	require.NoError(s.t, pkcs11.OnSession(s.t.Context(), s.d, func(c *p11.Ctx, session p11.SessionHandle) error {
		if err := c.FindObjectsInit(session, nil); err != nil {
			return err
		}
		found, _, err := c.FindObjects(session, 10000)
		h.objects = len(found)
		return errors.Join(err, c.FindObjectsFinal(session))
	}))
	runtime.GC()
	runtime.GC()
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	h.heap, h.goroutines = mem.HeapAlloc, runtime.NumGoroutine()
	if statm, err := os.ReadFile("/proc/self/statm"); err == nil { // on Linux
		pages, err := strconv.ParseUint(strings.Fields(string(statm))[1], 10, 64)
		require.NoError(s.t, err)
		h.resident = pages * uint64(os.Getpagesize())
	}
	return h
}

// soak does n operations by eight callers, and returns how many ended in which way.
func (s *stand) soak(n int, tdes bool) map[string]int {
	s.t.Helper()
	var left atomic.Int64
	left.Store(int64(n))
	counts := map[string]int{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			own := *s
			own.rand = newRand()
			mine := map[string]int{}
			for left.Add(-1) >= 0 && !s.t.Failed() {
				ctx, cancel := s.t.Context(), context.CancelFunc(func() {})
				if own.rand.IntN(10) == 0 {
					ctx, cancel = context.WithCancel(ctx)
					time.AfterFunc(time.Duration(own.rand.IntN(300))*time.Microsecond, cancel)
				}
				want, err := own.anyOperation(ctx, tdes)
				switch {
				case ctx.Err() != nil && errors.Is(err, context.Canceled):
				case !errors.Is(err, want):
					s.t.Errorf("%v, and not %v", err, want)
				}
				cancel()
				mine[hsm.Outcome(err)]++
			}
			mu.Lock()
			defer mu.Unlock()
			for k, v := range mine {
				counts[k] += v
			}
		})
	}
	wg.Wait()
	return counts
}
