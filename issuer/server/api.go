package server

import (
	"context"
	"fmt"
	"path"

	"github.com/pinion-hsm/pinion/issuer/access"
	"github.com/pinion-hsm/pinion/issuer/httpapi"
	"github.com/pinion-hsm/pinion/issuer/session"
)

// transport returns which labels clients may name; nil is every one but the
// service's own. The keys of sessions go the same way, and have labels that
// nobody can guess.
func (k *Keys) transport() func(string) bool {
	if len(k.Transport) == 0 {
		return nil
	}
	return func(label string) bool {
		if session.IsLabel(label) {
			return true
		}
		for _, pattern := range k.Transport {
			if ok, err := path.Match(pattern, label); ok && err == nil {
				return true
			}
		}
		return false
	}
}

func (s *server) openHandler(ctx context.Context, _ *Options) error {
	c := &s.config
	keys, err := c.sessionKeys(s.getenv)
	if err != nil {
		return fmt.Errorf("issuer/server: sessionKeys: %w", err)
	}
	sessions, err := session.New(s.hsm, keys, s.log)
	if err != nil {
		return err
	}
	who, err := s.authenticator(ctx)
	if err != nil {
		return err
	}
	limits, err := c.limiter()
	if err != nil {
		return err
	}
	api, err := httpapi.New(httpapi.Options{
		Service: s.service, Sessions: sessions, Access: who, Limits: limits,
		ClearPIN: c.ClearPIN, IssuerCodes: c.PINControl.IssuerCodes, MaxBody: int64(c.Limits.Body),
		Ready: s.health.Ready, Audit: s.store.Audit, Log: s.log,
	})
	if err != nil {
		return err
	}
	if s.dev != nil {
		if api, err = withLab(api); err != nil {
			return err
		}
	}
	guard := &access.Guard{Authenticator: who, Limiter: limits, OnError: refuse}
	s.handler = handler(api, s.metrics, guard, s.traces)
	return nil
}

// authenticator knows every client of the configuration.
func (s *server) authenticator(ctx context.Context) (access.Authenticator, error) {
	var all []access.Authenticator
	if s.dev != nil {
		token, err := s.dev.authenticator()
		if err != nil {
			return nil, err
		}
		all = append(all, token)
	}
	jwt, err := s.config.jwt(ctx)
	if err != nil {
		return nil, err
	}
	if jwt != nil {
		all = append(all, jwt)
	}
	var p Problems
	if certificates := s.config.certificates(&p); certificates != nil {
		all = append(all, certificates)
	}
	return access.Any(all...), p.err()
}
