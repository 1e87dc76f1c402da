package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"sync"
	"time"
)

// Run serves until ctx ends, and then ends in order: /readyz says 503, no new
// connections are taken, requests in progress are answered and committed. Errors
// are Problems, and those of opening the HSM and the store.
func Run(ctx context.Context, o Options) error {
	if o.ReadyFile != "" { // of a process that was killed
		if err := os.Remove(o.ReadyFile); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("issuer/server: ready file: %w", err)
		}
	}
	s, err := open(ctx, &o)
	if err != nil {
		return err
	}
	l, err := s.listen(ctx)
	if err != nil {
		return errors.Join(err, s.close())
	}
	err = s.serve(ctx, l, o.ReadyFile, o.Stderr)
	return errors.Join(err, s.close())
}

// listeners are what the server listens on.
type listeners struct {
	main    net.Listener
	public  *url.URL
	scrape  net.Listener // telemetry.listen, may be nil
	metrics string       // its URL
}

func (s *server) listen(ctx context.Context) (*listeners, error) {
	setup, err := s.config.tlsConfig(s.getenv)
	if err != nil {
		return nil, fmt.Errorf("issuer/server: tls: %w", err)
	}
	var lc net.ListenConfig
	l := &listeners{public: &url.URL{Scheme: "http"}}
	if l.main, err = lc.Listen(ctx, "tcp", s.config.Listen); err != nil {
		return nil, fmt.Errorf("issuer/server: listen: %w", err)
	}
	l.public.Host = l.main.Addr().String()
	if setup != nil {
		setup.NextProtos = []string{"h2", "http/1.1"}
		l.public.Scheme = "https"
		l.main = tls.NewListener(l.main, setup)
	}
	if s.config.Telemetry.Listen == "" {
		return l, nil
	}
	if l.scrape, err = lc.Listen(ctx, "tcp", s.config.Telemetry.Listen); err != nil {
		return nil, errors.Join(fmt.Errorf("issuer/server: telemetry.listen: %w", err), l.main.Close())
	}
	l.metrics = "http://" + l.scrape.Addr().String() + metricsPath
	return l, nil
}

// httpServer returns a server with the timeouts of the configuration. net/http
// writes what clients do wrong at TLS to the log, with their addresses.
func (s *server) httpServer(h http.Handler) *http.Server {
	t := &s.config.Timeouts
	return &http.Server{
		Handler: h, ReadHeaderTimeout: t.Header, ReadTimeout: t.Read, WriteTimeout: t.Write, IdleTimeout: t.Idle,
		MaxHeaderBytes: 32 << 10,
		ErrorLog:       slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
}

// serve serves until ctx ends or a listener fails.
func (s *server) serve(ctx context.Context, l *listeners, readyFile string, stderr io.Writer) error {
	failed := make(chan error, 2)
	start := func(srv *http.Server, l net.Listener) {
		go func() {
			if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				failed <- fmt.Errorf("issuer/server: %w", err)
			}
		}()
	}
	servers := []*http.Server{s.httpServer(s.handler)}
	start(servers[0], l.main)
	if l.scrape != nil {
		servers = append(servers, s.httpServer(s.scrapeHandler()))
		start(servers[1], l.scrape)
	}

	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	var wait sync.WaitGroup
	wait.Go(func() { s.service.Run(background) })
	defer wait.Wait()
	defer stop()

	if err := s.announce(ctx, l, readyFile, stderr); err != nil {
		return errors.Join(err, s.shutdown(ctx, servers))
	}
	var err error
	select {
	case <-ctx.Done():
		s.log.Info("shutting down")
	case err = <-failed:
		s.log.Error("a listener failed", "error", err)
	}
	if readyFile != "" {
		_ = os.Remove(readyFile) // what it says is no longer so
	}
	return errors.Join(err, s.shutdown(ctx, servers))
}

// announce says where the service is.
func (s *server) announce(ctx context.Context, l *listeners, readyFile string, stderr io.Writer) (err error) {
	r := Ready{URL: l.public.String(), Device: publicDevice(s.config.Device.URI), Store: publicStore(s.config.Store),
		Metrics: l.metrics, PID: os.Getpid()}
	for _, p := range s.config.Products {
		r.Products = append(r.Products, p.Name)
	}
	if s.dev != nil {
		s.dev.ready(&r)
		if r.Cards, err = s.seed(ctx, s.dev.dev.Seed); err != nil {
			return err
		}
		_, _ = io.WriteString(stderr, s.dev.banner(l.public)+s.dev.examples(&r))
	}
	s.log.Info("serving", "url", r.URL, "device", r.Device, "store", r.Store, "products", r.Products)
	if readyFile == "" {
		return nil
	}
	return r.write(readyFile)
}

// shutdown ends the servers in order, within the time that is configured. What
// has no answer then is cut off.
func (s *server) shutdown(ctx context.Context, servers []*http.Server) error {
	s.health.draining.Store(true)
	time.Sleep(s.config.Timeouts.Drain)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.config.Timeouts.Shutdown)
	defer cancel()
	var errs []error
	for _, srv := range servers {
		if err := srv.Shutdown(ctx); err != nil {
			errs = append(errs, errors.New("issuer/server: requests in progress were cut off at the end"), srv.Close())
		}
	}
	return errors.Join(errs...)
}
