package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/devices"
	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/sqlstore"
)

// server is a service that is put together. What is open is closed in the other
// order.
type server struct {
	config  Config
	dev     *prepared
	getenv  func(string) string
	log     *slog.Logger
	metrics *metrics
	traces  *sdktrace.TracerProvider // nil where nobody collects them

	hsm     *hsm.HSM
	store   *sqlstore.Store
	service *issuer.Service
	health  *health
	handler http.Handler

	closers []func() error
}

// open puts a service together and tries that it works. Without an error it is to
// be closed.
func open(ctx context.Context, o *Options) (s *server, err error) {
	dir, unlock, err := o.prepareDir(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	s = &server{getenv: o.Getenv, metrics: newMetrics(o.Version)}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if s.config, s.dev, err = o.configure(dir); err != nil {
		return s, err
	}
	s.log = s.config.logger(o.Stderr)
	for _, step := range []func(context.Context, *Options) error{
		s.openTraces, s.openDevice, s.openStore, s.openService, s.openHandler,
	} {
		if err := step(ctx, o); err != nil {
			return s, err
		}
	}
	return s, s.health.Ready(ctx)
}

// later has something closed at the end.
func (s *server) later(f func() error) { s.closers = append(s.closers, f) }

func (s *server) close() error {
	var errs []error
	for i := len(s.closers) - 1; i >= 0; i-- {
		errs = append(errs, s.closers[i]())
	}
	s.closers = nil
	return errors.Join(errs...)
}

func (s *server) openTraces(ctx context.Context, o *Options) (err error) {
	s.traces, err = newTracing(ctx, s.config.Telemetry.OTLPEndpoint, o.Version, s.getenv, s.log)
	if err != nil {
		return errors.New("issuer/server: traces cannot be sent: see telemetry.otlpEndpoint, or what the environment says in OTEL_EXPORTER_OTLP_…")
	}
	if s.traces == nil {
		return nil
	}
	s.later(func() error {
		ctx, cancel := context.WithTimeout(context.Background(), healthTimeout)
		defer cancel()
		if err := s.traces.Shutdown(ctx); err != nil {
			s.log.Warn("the last traces were not taken", "error", err)
		}
		return nil
	})
	return nil
}

func (s *server) openDevice(ctx context.Context, o *Options) error {
	policy, err := hsm.ParsePolicy(s.config.Device.Policy)
	if err != nil {
		return err
	}
	opts := []hsm.Option{hsm.WithPolicy(policy), hsm.WithObserver(func(ctx context.Context, e hsm.Event) {
		s.metrics.onHSM(e)
		traceHSM(ctx, e)
	})}
	if s.config.Device.AllowInProcess {
		opts = append(opts, hsm.AllowInProcess())
	}
	known := o.Devices
	if s.dev != nil {
		known = s.dev.devices(known)
	}
	if s.hsm, err = devices.Open(ctx, s.config.Device.URI, known, opts...); err != nil {
		return err
	}
	s.later(s.hsm.Close)
	if s.dev != nil {
		return s.dev.dir.provide(ctx, s.hsm, s.config.Device.URI, s.log)
	}
	return nil
}

func (s *server) openStore(ctx context.Context, _ *Options) (err error) {
	if s.store, err = sqlstore.Open(ctx, s.config.Store); err != nil {
		return err
	}
	s.later(s.store.Close)
	return nil
}

func (s *server) openService(context.Context, *Options) error {
	c := &s.config
	vault, err := c.vault(s.getenv)
	if err != nil {
		return fmt.Errorf("issuer/server: dataKey: %w", err)
	}
	mail, err := c.Mailer.options(s.getenv)
	if err != nil {
		return fmt.Errorf("issuer/server: mailer: %w", err)
	}
	var p Problems
	profiles := c.profiles(&p)
	if err := p.err(); err != nil {
		return err
	}
	s.service, err = issuer.New(s.hsm, s.store, issuer.Options{
		Profiles: profiles, StorageKey: c.Keys.Storage, Vault: vault, Transport: c.Keys.transport(),
		Group: c.Group.Size, Parallel: c.Group.Parallel,
		HSMTimeout: c.Timeouts.HSM, StoreTimeout: c.Timeouts.Store,
		Mail: mail, Log: s.log, OnGroup: s.metrics.onGroup, OnAnswer: s.metrics.onAnswer,
	})
	if err != nil {
		return err
	}
	s.later(func() error { s.service.Close(); return nil })
	s.health = newHealth(s.hsm, s.store, s.service, c.Keys.Storage, profiles)
	s.metrics.watch(s.health)
	return nil
}
