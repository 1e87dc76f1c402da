package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	labpage "github.com/pinion-hsm/pinion/internal/lab/page"
)

func init() { register("lab", newLabServe) }

// labServe is what the flags of serve ask for.
type labServe struct {
	listen, out string
	open        bool
}

func newLabServe(e *env) *cobra.Command {
	var s labServe
	c := &cobra.Command{
		Use:   "serve",
		Short: "The lab as a page in a browser, on this machine",
		Long: `Serve shows the lab as a page: PIN blocks nibble by nibble, translation, PVV and
offset, DUKPT, key blocks, components, diagnosis. It prints the page's address and
serves it to this machine alone, until Ctrl-C.

The library runs in the page, compiled to WebAssembly: what is typed there is sent
nowhere, not even to this command. --out writes the page's files to a directory
instead, for any static host.`,
		Example: `  pinion lab serve
  pinion lab serve --open
  pinion lab serve --listen 127.0.0.1:8080
  pinion lab serve --out ./lab`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.run(c, e) },
		// In place of the lab's line on keys in flags: here there are none.
		PersistentPreRun: func(*cobra.Command, []string) {
			_, _ = fmt.Fprintln(e.stderr, "pinion lab: test data only")
		},
	}
	f := c.Flags()
	f.StringVar(&s.listen, "listen", "127.0.0.1:0", "`address` of this machine and port; port 0 is one that is free")
	f.BoolVar(&s.open, "open", false, "open the page in the browser")
	f.StringVar(&s.out, "out", "", "write the page to this `directory`, and serve nothing")
	return c
}

func (s *labServe) run(c *cobra.Command, e *env) error {
	if s.out != "" && (s.open || c.Flags().Changed("listen")) {
		return usage("--out writes files and serves nothing: leave out --listen and --open")
	}
	if err := loopback(s.listen); err != nil {
		return err
	}
	folder, err := labpage.Built()
	if errors.Is(err, labpage.ErrNotBuilt) {
		return (&problem{code: exitUsage, what: "this pinion was built by go build or go install alone, without the page", err: err}).
			withHint("in a checkout of %s: make build, then ./bin/pinion lab serve", "https://github.com/pinion-hsm/pinion")
	}
	if err != nil {
		return err
	}
	if s.out != "" {
		return s.write(e, folder)
	}
	return s.serve(c.Context(), e, folder.Handler())
}

func (s *labServe) write(e *env, folder labpage.Folder) error {
	if err := folder.Write(s.out); err != nil {
		return about("--out", err)
	}
	return writeAll(e.stdout, fmt.Sprintf("%d files in %s\n", len(folder), s.out))
}

// loopback refuses addresses that other machines could reach.
func loopback(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return usage("--listen: want an address and a port").withHint("like --listen 127.0.0.1:8080")
	}
	if !ownName(host) {
		return usage("--listen: the page is for this machine alone: use 127.0.0.1, ::1 or localhost").
			withHint("for others, write its files with --out and put them on a static host")
	}
	return nil
}

// ownName reports whether a host's name leads from this machine to itself, whoever is
// asked.
func ownName(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// byOwnName refuses requests under any other name. Somebody's site whose name is made to
// lead here (DNS rebinding) would have the page for its own, and could add to it.
func byOwnName(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !ownName((&url.URL{Host: r.Host}).Hostname()) {
			http.Error(w, "this page is for this machine alone: use 127.0.0.1, ::1 or localhost in its address", http.StatusMisdirectedRequest)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// serve serves until ctx ends. A browser that keeps a connection open does not hold
// up the end.
func (s *labServe) serve(ctx context.Context, e *env, h http.Handler) error {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", s.listen)
	if err != nil {
		return about("--listen", err)
	}
	srv := &http.Server{Handler: byOwnName(h), ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute}
	stop := context.AfterFunc(ctx, func() { _ = srv.Close() })
	defer stop()
	address := "http://" + l.Addr().String() + "/"
	if err := writeAll(e.stdout, address+"\n"); err != nil {
		return errors.Join(err, l.Close())
	}
	if s.open {
		openBrowser(e, address)
	}
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// openBrowser asks the system to show a page. That nobody does is no reason to end:
// the address is printed. The browser outlives the command.
func openBrowser(e *env, address string) {
	command := map[string][]string{"darwin": {"open"}, "windows": {"rundll32", "url.dll,FileProtocolHandler"}}[runtime.GOOS]
	if command == nil {
		command = []string{"xdg-open"}
	}
	cmd := exec.Command(command[0], append(command[1:], address)...)
	if err := cmd.Start(); err != nil {
		_, _ = fmt.Fprintln(e.stderr, "pinion lab: no browser could be opened: open the address yourself")
		return
	}
	go func() { _ = cmd.Wait() }()
}
