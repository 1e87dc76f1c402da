package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// service is a running pinion serve.
type service struct {
	Address  string `json:"-"` // host and port
	URL      string `json:"url"`
	Token    string `json:"token"`
	TestKeys string `json:"testKeys"`

	cmd   *exec.Cmd
	log   string
	ended chan error
}

// build builds the service of this checkout.
func build(program string) error {
	cmd := exec.Command("go", "build", "-trimpath", "-o", program, "./cmd/pinion")
	cmd.Dir = ".."
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("the service does not build: %w\n%s", err, out)
	}
	return nil
}

const startTime = 30 * time.Second

// start starts a service on a store. Its log is a file, as a service's is.
func (p *plan) start(name, store string, flags ...string) (*service, error) {
	dir := filepath.Join(p.dir, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	ready := filepath.Join(dir, "ready.json")
	s := &service{log: filepath.Join(dir, "log"), ended: make(chan error, 1)}
	log, err := os.Create(s.log)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	s.cmd = exec.Command(p.pinion, append([]string{"serve", "--dev", "--dev-http", "--listen", "127.0.0.1:0",
		"--data", filepath.Join(dir, "data"), "--device", "soft:", "--store", store, "--ready-file", ready}, flags...)...)
	s.cmd.Stderr = log
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { s.ended <- s.cmd.Wait() }()
	for deadline := time.Now().Add(startTime); ; {
		text, err := os.ReadFile(ready)
		if err == nil {
			err = json.Unmarshal(text, s)
			s.Address = strings.TrimPrefix(s.URL, "http://")
			return s, err
		}
		select {
		case <-s.ended:
			return nil, fmt.Errorf("the service ended: %s", s.lastWords())
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			return nil, errors.Join(fmt.Errorf("the service is not ready: %s", s.lastWords()), s.cmd.Process.Kill())
		}
	}
}

// stop ends the service in order.
func (s *service) stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	if err := <-s.ended; err != nil {
		return fmt.Errorf("the service did not end in order: %w: %s", err, s.lastWords())
	}
	return nil
}

// lastWords returns the end of the service's log.
func (s *service) lastWords() string {
	text, _ := os.ReadFile(s.log)
	return string(bytes.TrimSpace(text[max(0, len(text)-1000):]))
}
