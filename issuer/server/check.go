package server

import (
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/pinion-hsm/pinion/hsm"
)

// Check returns everything that is wrong with a configuration as Problems. It
// looks whether the files that are named are there and hold what they should, and
// opens neither the HSM nor the store nor the network.
func (c *Config) Check(getenv func(string) string) error { return c.check(getenv, false) }

// check is Check; dev says that the development mode's token lets clients in, and
// that TLS may be off.
func (c *Config) check(getenv func(string) string, dev bool) error {
	var p Problems
	c.checkAddresses(&p, dev)
	c.checkTLS(&p, getenv, dev)
	c.checkDevice(&p)
	c.checkStore(&p)
	c.checkKeys(&p, getenv)
	c.profiles(&p)
	c.checkClients(&p, dev)
	c.checkLimits(&p)
	c.checkMailer(&p, getenv)
	c.checkNumbers(&p)
	c.checkLog(&p)
	return p.err()
}

func (c *Config) checkAddresses(p *Problems, dev bool) {
	switch {
	case !isAddress(c.Listen):
		p.add("listen", "want an address and a port, like 0.0.0.0:8443")
	case dev && !isLoopback(c.Listen):
		p.add("listen", "the development mode is for this machine alone: want 127.0.0.1, [::1] or localhost")
	}
	if c.Telemetry.Listen != "" && (!isAddress(c.Telemetry.Listen) || !isLoopback(c.Telemetry.Listen)) {
		p.add("telemetry.listen", "it has no credentials and is for this machine alone: want a port on 127.0.0.1, [::1] or localhost")
	}
	if e := c.Telemetry.OTLPEndpoint; e != "" {
		if u, err := url.Parse(e); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
			p.add("telemetry.otlpEndpoint", "want the URL of a collector, like http://127.0.0.1:4318")
		}
	}
}

func isAddress(text string) bool {
	_, port, err := net.SplitHostPort(text)
	if err != nil {
		return false
	}
	_, err = net.LookupPort("tcp", port)
	return err == nil && port != ""
}

func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

func (c *Config) checkDevice(p *Problems) {
	if c.Device.URI == "" {
		p.add("device.uri", "it is missing: pkcs11:token=… (--device, PINION_DEVICE)")
	}
	if _, err := hsm.ParsePolicy(c.Device.Policy); err != nil {
		p.add("device.policy", "want pci-pin, ibm-cca or open")
	}
}

func (c *Config) checkStore(p *Problems) {
	file, isFile := strings.CutPrefix(c.Store, "sqlite:")
	switch {
	case c.Store == "":
		p.add("store", "it is missing: sqlite:/path/of/file.db or postgres://… (--store)")
	case isFile && file == "":
		p.add("store", "sqlite: is followed by the path of a file")
	case !isFile && !strings.HasPrefix(c.Store, "postgres://") && !strings.HasPrefix(c.Store, "postgresql://"):
		p.add("store", "want sqlite:/path/of/file.db or postgres://user@host/database")
	}
}

func (c *Config) checkNumbers(p *Problems) {
	for _, n := range []struct {
		key              string
		value, low, high int
	}{
		{"group.size", c.Group.Size, 1, 10_000},
		{"group.parallel", c.Group.Parallel, 1, 1_000},
		{"limits.body", c.Limits.Body, 1 << 10, 16 << 20},
	} {
		if n.value < n.low || n.value > n.high {
			p.add(n.key, "want %d to %d", n.low, n.high)
		}
	}
	t := &c.Timeouts
	for _, d := range []struct {
		key   string
		value time.Duration
		least time.Duration
	}{
		{"header", t.Header, time.Second}, {"read", t.Read, time.Second}, {"write", t.Write, time.Second}, {"idle", t.Idle, time.Second},
		{"hsm", t.HSM, 10 * time.Millisecond}, {"store", t.Store, 10 * time.Millisecond}, {"drain", t.Drain, 0}, {"shutdown", t.Shutdown, 0},
	} {
		if d.value < d.least || d.value > 10*time.Minute {
			p.add("timeouts."+d.key, "want %v to 10m", d.least)
		}
	}
}

func (c *Config) checkLog(p *Problems) {
	if _, ok := levels[c.Log.Level]; !ok {
		p.add("log.level", "want debug, info, warn or error")
	}
	if c.Log.Format != "json" && c.Log.Format != "text" {
		p.add("log.format", "want json or text")
	}
}
