package pgtest

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// initialize makes the cluster's files.
func (c *Cluster) initialize(conf []string) error {
	pw := filepath.Join(c.dir, "password")
	if err := os.WriteFile(pw, []byte(c.password+"\n"), 0o600); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	if err := c.account.own(pw); err != nil {
		return err
	}
	if _, err := c.run("initdb", "-D", c.data(), "-U", superuser, "-A", "scram-sha-256", "--pwfile", pw,
		"-E", "UTF8", "--locale=C", "--no-sync"); err != nil {
		return err
	}
	conf = append([]string{
		"listen_addresses = '127.0.0.1'",
		"unix_socket_directories = '" + c.dir + "'",
		"max_connections = 200",
	}, conf...)
	f, err := os.OpenFile(filepath.Join(c.data(), "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	_, err = f.WriteString("\n" + strings.Join(conf, "\n") + "\n")
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	return nil
}

// Start starts the server again after Stop or Kill, on the same port.
func (c *Cluster) Start() error {
	if c.port != 0 {
		return c.start()
	}
	var err error
	for range 5 { // the port that was free may be somebody's by now
		if c.port, err = freePort(); err != nil {
			return err
		}
		if err = c.start(); err == nil {
			return nil
		}
	}
	return err
}

func (c *Cluster) start() error {
	var err error
	for range 100 {
		_, err = c.run("pg_ctl", "-D", c.data(), "-w", "-t", "60", "-l", c.log(), "-o", "-p "+strconv.Itoa(c.port), "start")
		if err == nil {
			return nil
		}
		// After Kill: sessions of the server that was killed have not noticed yet.
		if !strings.Contains(c.lastWords(), "is still in use") {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("%w\n%s", err, c.lastWords())
}

// Stop ends the server and its sessions at once, but in good order.
func (c *Cluster) Stop() error {
	_, err := c.run("pg_ctl", "-D", c.data(), "-w", "-m", "fast", "stop")
	return err
}

// Kill ends the server by SIGKILL, as a crash would. Its sessions see that and
// end too.
func (c *Cluster) Kill() error {
	pid, err := c.pid()
	if err != nil {
		return err
	}
	p, err := os.FindProcess(pid)
	if err == nil {
		err = p.Kill()
	}
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	for range 600 {
		if p.Signal(syscall.Signal(0)) != nil {
			return nil
		}
		time.Sleep(5 * time.Millisecond)
	}
	if isZombie(pid) {
		// Nobody fetches its exit code (a container's first process often is no init),
		// and the next server would take it for alive.
		return c.unlock()
	}
	return errors.New("pgtest: the server does not end")
}

// isZombie reports whether a process is dead and its parent has not noticed.
func isZombie(pid int) bool {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	// The name before the state may hold anything, parentheses too.
	_, state, found := strings.Cut(string(b[bytes.LastIndexByte(b, ')')+1:]), " ")
	return found && strings.HasPrefix(state, "Z")
}

// unlock removes the lock files of a server that is dead.
func (c *Cluster) unlock() error {
	locks, err := filepath.Glob(filepath.Join(c.dir, ".s.PGSQL.*.lock"))
	if err != nil {
		return err
	}
	for _, f := range append(locks, c.pidFile()) {
		if err := os.Remove(f); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

func (c *Cluster) pidFile() string { return filepath.Join(c.data(), "postmaster.pid") }

// pid returns the process identifier of the postmaster.
func (c *Cluster) pid() (int, error) {
	b, err := os.ReadFile(c.pidFile())
	if err != nil {
		return 0, fmt.Errorf("pgtest: %w", err)
	}
	first, _, _ := strings.Cut(string(b), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil {
		return 0, errors.New("pgtest: postmaster.pid holds no number")
	}
	return pid, nil
}

// run runs one of PostgreSQL's programs as the cluster's account.
func (c *Cluster) run(program string, args ...string) (string, error) {
	cmd := exec.Command(c.tools.path(program), args...)
	cmd.Dir = c.dir
	cmd.Env = append(os.Environ(), "LC_ALL=C", "HOME="+c.dir)
	c.account.lend(cmd)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("pgtest: %s: %w: %s", program, err, strings.TrimSpace(string(out)))
	}
	return string(out), nil
}

// lastWords returns the end of the server's log.
func (c *Cluster) lastWords() string {
	b, _ := os.ReadFile(c.log())
	return string(b[max(0, len(b)-2000):])
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("pgtest: %w", err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	return port, l.Close()
}
