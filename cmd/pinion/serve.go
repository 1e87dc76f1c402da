package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/hsm/devices"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/server"
)

func init() { register("", newServe) }

// serve is what the flags of serve ask for.
type serve struct {
	config, data, readyFile string
	set                     []string
	check, print            bool
	dev, devHTTP            bool
	seed                    int
	given                   map[string]string // flags that are keys of the configuration
}

func newServe(e *env) *cobra.Command {
	s := serve{given: map[string]string{}}
	c := &cobra.Command{
		Use:   "serve",
		Short: "The issuer's PIN service, over HTTPS",
		Long: `Serve runs the issuer's PIN service: cards, their PINs and try counters, on an
HSM and a store (SQLite or PostgreSQL).

The configuration is a YAML file (--config); over it go variables PINION_…, and
over these the flags. --print-config prints every key there is with what it means;
--check-config says everything that is wrong, and starts nothing.

With --dev nothing needs to be configured: keys, certificate, token and database
are made in the directory --data and found there again. It is for development, on
this machine alone. --ready-file is written when requests are served: a JSON object
with url, token and ca.

SIGTERM ends the service in order: what is in progress is answered first. A second
one ends it at once.`,
		Example: `  pinion serve --dev --data ./pinion-dev
  pinion serve --dev --listen 127.0.0.1:0 --data DIR --device softhsm: --ready-file FILE
  pinion serve --print-config > pinion.yaml
  pinion serve --config /etc/pinion/pinion.yaml --check-config
  pinion serve --config /etc/pinion/pinion.yaml --set log.level=debug`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.run(c, e) },
	}
	f := c.Flags()
	f.StringVar(&s.config, "config", "", "configuration `file`, YAML")
	f.StringArrayVar(&s.set, "set", nil, "set one `key=value` of the configuration, like log.level=debug; repeat for more")
	f.BoolVar(&s.check, "check-config", false, "say what is wrong with the configuration, and start nothing")
	f.BoolVar(&s.print, "print-config", false, "print a whole configuration with explanations, and start nothing")
	f.BoolVar(&s.dev, "dev", false, "development mode: make everything that is needed in --data; this machine only")
	f.BoolVar(&s.devHTTP, "dev-http", false, "plain HTTP in place of TLS (with --dev)")
	f.IntVar(&s.seed, "seed", 0, fmt.Sprintf("register `N` test cards, up to %d, and print calls to try (with --dev)", server.MaxSeed))
	f.StringVar(&s.data, "data", "", "`directory` of the development mode")
	f.StringVar(&s.readyFile, "ready-file", "", "`file` to write when requests are served")
	for _, k := range serveKeys {
		if k.isBool {
			f.Bool(k.flag, false, k.text)
			continue
		}
		f.String(k.flag, "", k.text)
	}
	return c
}

// serveKeys are the flags that are keys of the configuration.
var serveKeys = []struct {
	flag, key, text string
	isBool          bool
}{
	{"listen", "listen", "`address` and port, like 0.0.0.0:8443", false},
	{"store", "store", "sqlite:/path/of/file.db or postgres://user@host/database", false},
	{"device", "device.uri", "`URI` of the HSM (default $PINION_DEVICE)", false},
	{"policy", "device.policy", "translation policy: pci-pin, ibm-cca or open", false},
	{"allow-in-process", "device.allowInProcess", "let a clear PIN be in this process's memory for the length of one call", true},
}

func (s *serve) run(c *cobra.Command, e *env) error {
	if s.print {
		_, err := io.WriteString(e.stdout, server.Print(server.Sample()))
		return err
	}
	if err := s.settle(c); err != nil {
		return err
	}
	o := server.Options{
		Sources:   server.Sources{File: s.config, Environ: e.environ(), Flags: s.given},
		ReadyFile: s.readyFile, Getenv: e.getenv, Stderr: e.stderr, Version: buildVersion().Version,
		Devices: devices.Options{Credential: askCredential(e), Passphrase: askPassphrase(e)},
	}
	if s.dev {
		o.Dev = &server.Dev{Dir: s.data, HTTP: s.devHTTP, Seed: s.seed}
	}
	if s.check {
		return s.checked(e, server.CheckConfig(o))
	}
	signal.Ignore(syscall.SIGPIPE) // whoever reads the log may go away
	// What lives is a few megabytes, so by Go's default the collector would run dozens
	// of times a second under load.
	if os.Getenv("GOGC") == "" { // as the runtime has read it
		debug.SetGCPercent(400)
	}
	return serveProblem(server.Run(c.Context(), o))
}

// settle puts the flags together.
func (s *serve) settle(c *cobra.Command) error {
	switch {
	case s.dev && s.check:
		return usage("--dev and --check-config exclude each other: the development mode makes its configuration when it starts")
	case s.devHTTP && !s.dev:
		return usage("--dev-http is for --dev: without it there is TLS only")
	case s.seed != 0 && !s.dev:
		return usage("--seed is for --dev: test cards have no place elsewhere")
	case s.seed < 0 || s.seed > server.MaxSeed:
		return usage("--seed: want 0 to %d cards", server.MaxSeed)
	case s.data != "" && !s.dev:
		return usage("--data is for --dev").withHint("without it the files are named in the configuration")
	case s.dev && s.data == "":
		return usage("--dev needs --data, a directory for what it makes").withHint("like --data ./pinion-dev")
	}
	for _, k := range serveKeys {
		if f := c.Flags().Lookup(k.flag); f.Changed {
			s.given[k.key] = f.Value.String()
		}
	}
	for _, text := range s.set {
		key, value, found := strings.Cut(text, "=")
		if !found {
			return usage("--set: want KEY=VALUE").withHint("like --set log.level=debug")
		}
		s.given[key] = value
	}
	return nil
}

// checked answers --check-config.
func (s *serve) checked(e *env, err error) error {
	if err != nil {
		return serveProblem(err)
	}
	_, err = io.WriteString(e.stdout, "ok\n")
	return err
}

// serveProblem gives the errors of a server their exit codes and hints.
func serveProblem(err error) error {
	var list server.Problems
	switch {
	case err == nil:
		return nil
	case errors.As(err, &list):
		return usage("%s", list.Error()).withHint("'pinion serve --print-config' prints every key with what it means")
	case errors.Is(err, issuer.ErrStore), errors.Is(err, pkcs11.ErrNoToken): // it may be there in a moment
		return &problem{code: exitDevice, what: plain(err), err: err}
	case errors.Is(err, devices.ErrURI):
		return about("device.uri", err)
	case errors.Is(err, context.Canceled):
		return &problem{code: exitInterrupted, what: "interrupted before the service was ready", err: err}
	}
	return err
}

// environ returns the environment.
func (e *env) environ() []string {
	if e.getenv == nil {
		return nil
	}
	return os.Environ()
}
