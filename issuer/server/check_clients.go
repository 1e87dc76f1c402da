package server

import (
	"context"
	"fmt"

	"github.com/pinion-hsm/pinion/issuer/access"
)

func (c *Config) checkClients(p *Problems, dev bool) {
	if !dev && !c.Clients.JWT.set() && len(c.Clients.Certificates) == 0 {
		p.add("clients", "nobody could call: configure jwt or certificates (no one gets in without a credential)")
	}
	if len(c.Clients.Certificates) > 0 && c.TLS.ClientCA == "" {
		p.add("tls.clientCA", "it is missing: clients.certificates need the CAs that issue them")
	}
	_, err := c.jwt(context.Background())
	p.addError("clients.jwt", err)
	if c.Clients.JWT.JWKSFile != "" {
		p.addError("clients.jwt.jwksFile", checkFile(c.Clients.JWT.JWKSFile))
	}
	c.certificates(p)
}

func (j *JWT) set() bool {
	return j.Issuer != "" || j.Audience != "" || j.JWKSURL != "" || j.JWKSFile != ""
}

// jwt makes the authenticator for bearer tokens; nil if there is none.
func (c *Config) jwt(ctx context.Context) (*access.JWT, error) {
	j := &c.Clients.JWT
	if !j.set() {
		return nil, nil
	}
	return access.NewJWT(ctx, access.JWTConfig{Issuer: j.Issuer, Audience: j.Audience,
		JWKSURL: j.JWKSURL, JWKSFile: j.JWKSFile, Algorithms: j.Algorithms})
}

// certificates makes the authenticator for client certificates; nil if there is
// none.
func (c *Config) certificates(p *Problems) *access.Certificates {
	var list []access.ClientCertificate
	for i, one := range c.Clients.Certificates {
		at := fmt.Sprintf("clients.certificates[%d]", i)
		scopes, err := access.ParseScopes(one.Scopes)
		p.addError(at+".scopes", err)
		if len(one.Scopes) == 0 {
			p.add(at+".scopes", "there is none, so this client may do nothing")
		}
		list = append(list, access.ClientCertificate{Subject: one.Subject, URI: one.URI, DNS: one.DNS, Scopes: scopes})
	}
	if len(list) == 0 {
		return nil
	}
	auth, err := access.NewCertificates(list)
	p.addError("clients.certificates", err)
	return auth
}

func (c *Config) checkLimits(p *Problems) {
	for _, r := range []struct {
		key  string
		rate Rate
	}{{"perClient", c.Limits.PerClient}, {"perCard", c.Limits.PerCard}, {"perAddress", c.Limits.PerAddress}} {
		if _, err := access.NewLimiter(access.Limits{PerClient: r.rate.access()}); err != nil {
			p.addError("limits."+r.key, err)
		}
	}
}

func (r Rate) access() access.Rate {
	if r.PerSecond == 0 {
		return access.Rate{}
	}
	return access.Rate{PerSecond: r.PerSecond, Burst: r.Burst}
}

// limiter makes the limiter of a checked configuration.
func (c *Config) limiter() (*access.Limiter, error) {
	l := &c.Limits
	return access.NewLimiter(access.Limits{
		PerClient: l.PerClient.access(), PerCard: l.PerCard.access(), PerAddress: l.PerAddress.access()})
}
