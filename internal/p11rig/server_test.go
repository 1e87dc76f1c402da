//go:build cgo && unix

package p11rig_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	p11 "github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/internal/p11rig"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/softhsm"
)

// alive reports whether a process is there and not dead.
func alive(pid int) bool {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		return syscall.Kill(pid, 0) == nil
	}
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	return !strings.HasPrefix(rest, "Z") && !strings.HasPrefix(rest, "X")
}

func TestServer(t *testing.T) {
	t.Parallel()
	token := softhsm.New(t)
	s := p11rig.Serve(t, token)
	d := open(t, s.Config())
	info, err := d.GenerateKey(t.Context(), hsm.KeySpec{Label: "zpk", Algorithm: keys.TDES2, Usage: keys.UsagePIN})
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(s.PIDs()), 2, "a child for the client")

	for range 3 {
		pids := s.PIDs()
		s.Kill()
		for _, pid := range pids {
			require.False(t, alive(pid))
		}
		s.Kill() // is dead
		require.ErrorIs(t, d.Ping(t.Context()), hsm.ErrUnavailable)
		s.Start()
		require.NoError(t, d.Ping(t.Context()))
	}
	list, err := d.ListKeys(t.Context())
	require.NoError(t, err)
	require.Equal(t, []hsm.KeyInfo{info}, list)

	// It dies by itself.
	for _, pid := range s.PIDs() {
		require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
		require.Eventually(t, func() bool { return !alive(pid) }, 10*time.Second, time.Millisecond)
	}
	s.Kill()
	s.Start()
	require.NoError(t, d.Ping(t.Context()))
}

func TestServerStops(t *testing.T) {
	t.Parallel()
	s := p11rig.Serve(t, softhsm.New(t))
	d := open(t, s.Config())
	for range 3 {
		s.Stop()
		done := make(chan error, 1)
		go func() { _, err := d.ListKeys(t.Context()); done <- err }()
		select {
		case err := <-done:
			require.Fail(t, "a stopped token answers", "%v", err)
		case <-time.After(100 * time.Millisecond):
		}
		s.Continue()
		require.NoError(t, <-done)
	}

	// Killed while it is stopped.
	pids := s.PIDs()
	s.Stop()
	s.Kill()
	for _, pid := range pids {
		require.False(t, alive(pid))
	}
	s.Start()
	require.NoError(t, d.Ping(t.Context()))
	s.Stop() // and left so, with the device open: the end of the test takes care
}

// The tamper works in another process.
func TestServerTampered(t *testing.T) {
	t.Parallel()
	s, m := p11rig.ServeTampered(t, softhsm.New(t))
	// p11-kit's client is another one each time it is asked for its functions; one
	// that does nothing before it keeps the first.
	r := rawOf(t, p11rig.NewTamper(t, s.Config(), s.Setup()).Config())
	draw := func() ([]byte, error) { return r.GenerateRandom(r.s, 8) }
	out, err := draw()
	require.NoError(t, err)
	require.NotEmpty(t, p11rig.Find(m.Log(), out))
	require.Positive(t, m.Calls("C_GenerateRandom"))
	m.Fail("C_GenerateRandom", p11.CKR_DEVICE_MEMORY, 0, 1)
	_, err = draw()
	require.Equal(t, p11.Error(p11.CKR_DEVICE_MEMORY), err)
	m.MaxSessions(m.Sessions())
	_, err = r.OpenSession(r.slot, p11.CKF_SERIAL_SESSION)
	require.Equal(t, p11.Error(p11.CKR_SESSION_COUNT), err)
	m.MaxSessions(-1)

	// It is killed in the middle of a call.
	m.Hang("C_GenerateRandom")
	done := make(chan error, 1)
	go func() { _, err := draw(); done <- err }()
	require.Eventually(t, func() bool { return m.Hanging() == 1 }, 10*time.Second, time.Millisecond)
	s.Kill()
	require.Error(t, <-done)
	require.Zero(t, m.Hanging())
	require.Zero(t, m.Sessions())
	m.Heal()
	s.Start()
}

// A tamper in front of the client: two processes' tokens, one fault.
func TestTamperBeforeServer(t *testing.T) {
	t.Parallel()
	s := p11rig.Serve(t, softhsm.New(t))
	m := p11rig.NewTamper(t, s.Config(), s.Setup())
	r := rawOf(t, m.Config())
	m.Fail("C_GenerateRandom", p11.CKR_DEVICE_REMOVED, 0, 1)
	_, err := r.GenerateRandom(r.s, 8)
	require.Equal(t, p11.Error(p11.CKR_DEVICE_REMOVED), err)
	_, err = r.GenerateRandom(r.s, 8)
	require.NoError(t, err)
}

// Killed under load, again and again: every call comes back.
func TestServerDiesUnderLoad(t *testing.T) {
	t.Parallel()
	s := p11rig.Serve(t, softhsm.New(t))
	m := s.Client()
	m.Record(false)
	r := rawOf(t, m.Config())
	for range 5 {
		var wg sync.WaitGroup
		var good, bad atomic.Int32
		for range 8 {
			wg.Go(func() {
				for bad.Load() < 100 {
					if _, err := r.GenerateRandom(r.s, 8); err != nil {
						bad.Add(1)
					} else {
						good.Add(1)
					}
				}
			})
		}
		require.Eventually(t, func() bool { return good.Load() > 100 }, 30*time.Second, time.Millisecond)
		s.Kill()
		wg.Wait()
		s.Start()
		require.NoError(t, r.Finalize())
		require.NoError(t, r.Initialize())
		slots, err := r.GetSlotList(true)
		require.NoError(t, err)
		r.s, err = r.OpenSession(slots[0], p11.CKF_SERIAL_SESSION)
		require.NoError(t, err)
	}
}

// When the test binary dies, without any cleanup, nothing is left: not a server
// that is stopped either.
func TestServerDiesWithTheTest(t *testing.T) {
	if os.Getenv("P11RIG_VICTIM") != "" {
		victim(t)
		return
	}
	t.Parallel()
	exe, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(exe, "-test.run=^TestServerDiesWithTheTest$", "-test.v")
	cmd.Env = append(os.Environ(), "P11RIG_VICTIM=1", "TMPDIR="+t.TempDir())
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	var pids []int
	for lines := bufio.NewScanner(out); len(pids) == 0 && lines.Scan(); {
		if _, list, ok := strings.Cut(lines.Text(), "victims: "); ok {
			for _, f := range strings.Fields(list) {
				var pid int
				_, err := fmt.Sscan(f, &pid)
				require.NoError(t, err)
				pids = append(pids, pid)
			}
		}
	}
	require.GreaterOrEqual(t, len(pids), 2)
	require.NoError(t, cmd.Process.Signal(syscall.SIGKILL))
	_ = cmd.Wait() // killed
	for _, pid := range pids {
		require.Eventually(t, func() bool { return !alive(pid) }, 10*time.Second, 5*time.Millisecond, "process %d of the server", pid)
	}
}

// victim is the test that dies, with a server that is stopped.
func victim(t *testing.T) {
	s := p11rig.Serve(t, softhsm.New(t))
	open(t, s.Config())
	pids := s.PIDs()
	s.Stop()
	fmt.Println("victims:", strings.Trim(fmt.Sprint(pids), "[]"))
	select {}
}
