//go:build unix

package p11rig

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a process with a group of its own.
type process struct {
	group int // its number too
	done  chan struct{}
	guard *exec.Cmd
	end   io.Closer
}

// start starts the command. If this process dies, however it dies, so does the
// command's group: a shell waits for the end of a pipe whose other end is here. A
// stopped process would not see that its client has gone.
func start(cmd *exec.Cmd) (*process, error) {
	p := &process{done: make(chan struct{})}
	started := make(chan error)
	go func() {
		defer close(p.done)
		cmd.SysProcAttr = apart()
		defer keepThread()()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // it is killed
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	p.group = cmd.Process.Pid
	p.guard = exec.Command("/bin/sh", "-c", fmt.Sprintf("read x; kill -9 -%d", p.group))
	p.guard.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // the terminal's interrupt is not for it
	var err error
	if p.end, err = p.guard.StdinPipe(); err == nil {
		err = p.guard.Start()
	}
	if err != nil {
		_ = p.signal(syscall.SIGKILL)
		<-p.done
		return nil, err
	}
	return p, nil
}

func (p *process) isDone() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

func (p *process) signal(s syscall.Signal) error {
	if err := syscall.Kill(-p.group, s); err != nil {
		return fmt.Errorf("signal %v to the server: %w", s, err)
	}
	return nil
}

// kill kills the group and then dismisses its guard.
func (p *process) kill() error {
	err := p.signal(syscall.SIGKILL)
	if errors.Is(err, syscall.ESRCH) { // it has crashed
		err = nil
	}
	if err == nil {
		<-p.done
		err = p.wait("Z", "X")
	}
	_ = p.guard.Process.Kill()
	_ = p.guard.Wait() // killed
	_ = p.end.Close()
	return err
}

// wait waits until every process of the group is in one of the states.
func (p *process) wait(states ...string) error {
	for deadline := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		m, err := members(p.group)
		if err != nil {
			return err
		}
		all := true
		for _, state := range m {
			all = all && slices.Contains(states, state)
		}
		if all {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("the server's processes are in states %v, not %v", m, states)
		}
	}
}

// members returns the processes of a group with the first letter of their state:
// T is stopped, Z and X are dead.
func members(group int) (map[int]string, error) {
	m := map[int]string{}
	entries, err := os.ReadDir("/proc")
	if _, self := os.Stat("/proc/self/stat"); err != nil || self != nil {
		return m, listed(group, m)
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		b, err := os.ReadFile("/proc/" + e.Name() + "/stat")
		if err != nil {
			continue // it has ended
		}
		// The name before the state may hold anything, parentheses too.
		f := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
		if len(f) > 2 && f[2] == strconv.Itoa(group) {
			m[pid] = strings.ToUpper(f[0])
		}
	}
	return m, nil
}

// listed is members where there is no /proc.
func listed(group int, m map[int]string) error {
	out, err := exec.Command("ps", "-A", "-o", "pid=,pgid=,stat=").Output()
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		if len(f) < 3 || f[1] != strconv.Itoa(group) {
			continue
		}
		pid, err := strconv.Atoi(f[0])
		if err != nil {
			return err
		}
		m[pid] = f[2][:1]
	}
	return nil
}
