//go:build unix

package p11rig

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/softhsm"
)

// patience is how long a process may take to do what it was told.
const patience = 30 * time.Second

// Server is a token in a process of its own, behind p11-kit's socket: an HSM that
// can be unplugged. It runs when it is made, and is gone after the test.
//
// Its protocol does not carry every mechanism: no CKM_XOR_BASE_AND_DATA.
type Server struct {
	t        TB
	provider string // the library in the server
	token    string // as a URI
	env      []string
	socket   string
	words    string // the file of its last words
	config   pkcs11.Config
	tamper   *Tamper

	process *process // nil if it is dead
	stopped bool
}

// Serve returns a server of the token.
func Serve(t TB, token *softhsm.Token) *Server {
	t.Helper()
	return serve(t, token.Config(), token.Env())
}

// ServeTampered returns a server of the token, and the tamper in it. Calls are
// those of the server: one for each of the client's, and some of its own.
func ServeTampered(t TB, token *softhsm.Token) (*Server, *Tamper) {
	t.Helper()
	m := NewTamper(t, token.Config(), pkcs11.Setup{Env: token.Env()})
	s := serve(t, m.config, m.setup.Env)
	s.tamper = m
	return s, m
}

func serve(t TB, c pkcs11.Config, env []string) *Server {
	t.Helper()
	client := library(t, "p11-kit-client.so", "p11-kit p11-kit-modules")
	dir, err := os.MkdirTemp("", "p11") // short: a socket's path has 108 bytes
	check(t, err)
	t.Cleanup(func() { check(t, os.RemoveAll(dir)) })
	s := &Server{t: t, provider: c.URI.ModulePath, token: "pkcs11:token=" + c.URI.Token + ";serial=" + c.URI.Serial,
		env: env, socket: filepath.Join(dir, "s"), words: filepath.Join(dir, "words")}
	file := filepath.Join(t.TempDir(), "p11-kit-client.so")
	check(t, os.WriteFile(file, client, 0o700))
	s.config = in(t, file, c, pkcs11.Setup{Env: []string{"P11_KIT_SERVER_ADDRESS=unix:path=" + s.socket}})
	t.Cleanup(s.Kill)
	s.Start()
	return s
}

// Client returns a tamper in front of p11-kit's client, and so in this process,
// which lets in one call at a time. Nothing is lost by that, as the server does one
// at a time for each client; but the client (0.24) may hang, for ever, when the
// server dies while it waits for several answers. Who calls it from many
// goroutines and kills the server takes this.
func (s *Server) Client() *Tamper {
	s.t.Helper()
	m := NewTamper(s.t, s.config, s.Setup())
	m.Turns(true)
	return m
}

// Config returns what pkcs11.Open needs to reach the token through the server, by
// a copy of p11-kit's client.
func (s *Server) Config() pkcs11.Config { return s.config }

// Setup returns how the client is set up, to put another library in front of it.
func (s *Server) Setup() pkcs11.Setup {
	return pkcs11.Setup{Env: []string{"P11_KIT_SERVER_ADDRESS=unix:path=" + s.socket}}
}

// Start starts the server after Kill, and returns when it listens.
func (s *Server) Start() {
	s.t.Helper()
	if s.process != nil {
		s.t.Fatalf("p11rig: the server runs already")
	}
	words, err := os.Create(s.words)
	check(s.t, err)
	defer func() { _ = words.Close() }()
	cmd := exec.Command("p11-kit", "server", "--foreground", "--name", s.socket, "--provider", s.provider, s.token)
	cmd.Env = append(os.Environ(), s.env...)
	cmd.Stdout, cmd.Stderr = words, words // files, not pipes: a pipe ends with the last child, not with the server
	s.process, err = start(cmd)
	if err != nil {
		s.t.Fatalf("p11rig: %v: this test needs p11-kit: apt-get install p11-kit p11-kit-modules", err)
	}
	for deadline := time.Now().Add(patience); ; time.Sleep(2 * time.Millisecond) {
		if c, err := net.Dial("unix", s.socket); err == nil {
			_ = c.Close()
			return
		}
		if s.process.isDone() || time.Now().After(deadline) {
			said, _ := os.ReadFile(s.words)
			s.Kill()
			s.t.Fatalf("p11rig: the server does not listen: %s", said)
		}
	}
}

// Kill ends the server at once, running or stopped, with the children it has for
// its clients. It returns when they are dead. One that is dead stays so.
func (s *Server) Kill() {
	s.t.Helper()
	if s.process == nil {
		return
	}
	err := s.process.kill()
	s.process, s.stopped = nil, false
	check(s.t, err)
	check(s.t, os.RemoveAll(s.socket))
	if s.tamper != nil {
		s.tamper.forget()
	}
}

// Stop suspends the server and its children: it takes connections and requests,
// and does not answer. It returns when they stand. The end of the test has it go
// on, before a device is closed that was opened before Stop.
func (s *Server) Stop() {
	s.t.Helper()
	s.running()
	s.stopped = true
	s.t.Cleanup(func() {
		if s.stopped {
			s.Continue()
		}
	})
	check(s.t, s.process.signal(syscall.SIGSTOP))
	check(s.t, s.process.wait("T", "Z", "X"))
}

// Continue has a server go on that was stopped. It answers what came meanwhile.
func (s *Server) Continue() {
	s.t.Helper()
	s.running()
	s.stopped = false
	check(s.t, s.process.signal(syscall.SIGCONT))
}

func (s *Server) running() {
	s.t.Helper()
	if s.process == nil {
		s.t.Fatalf("p11rig: the server does not run")
	}
}

// PIDs returns the processes of the server: itself, and a child for each client.
func (s *Server) PIDs() []int {
	s.t.Helper()
	s.running()
	m, err := members(s.process.group)
	check(s.t, err)
	var pids []int
	for pid, state := range m {
		if !slices.Contains([]string{"Z", "X"}, state) {
			pids = append(pids, pid)
		}
	}
	slices.Sort(pids)
	return pids
}

// library returns the file of one that Debian's package has.
func library(t TB, name, packages string) []byte {
	t.Helper()
	for _, dir := range []string{"/usr/lib/*/pkcs11", "/usr/lib64/pkcs11", "/usr/lib/pkcs11", "/usr/lib/*", "/usr/lib64", "/usr/lib",
		"/opt/homebrew/lib/pkcs11", "/opt/homebrew/lib", "/usr/local/lib/pkcs11", "/usr/local/lib"} {
		found, err := filepath.Glob(filepath.Join(dir, name))
		check(t, err)
		if len(found) > 0 {
			code, err := os.ReadFile(found[0])
			check(t, err)
			return code
		}
	}
	t.Fatalf("p11rig: this test needs %s: apt-get install %s", name, packages)
	return nil
}
