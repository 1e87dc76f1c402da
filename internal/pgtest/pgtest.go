// Package pgtest runs a PostgreSQL of its own for tests and benchmarks: a cluster
// in a temporary directory, made with initdb and started with pg_ctl, that goes
// away with the process that made it, however that ends.
//
// It is durable (fsync is on) unless it is asked not to be, for durability is
// what its users test and measure.
package pgtest

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// superuser owns every cluster.
const superuser = "pinion"

// Cluster is a running PostgreSQL. Its methods may be called from many
// goroutines.
type Cluster struct {
	tools    tools
	account  *account // whose processes they are, nil for our own
	dir      string
	port     int
	password string
	guard    *guard

	mu   sync.Mutex
	gone bool
}

// Option changes how a cluster is made.
type Option func(*settings)

type settings struct{ conf []string }

// WithoutSync makes a cluster that a power cut could damage: for suites that do
// not measure or test durability.
func WithoutSync() Option { return Set("fsync", "off") }

// Set sets a parameter of postgresql.conf.
func Set(name, value string) Option {
	return func(s *settings) {
		s.conf = append(s.conf, name+" = '"+strings.ReplaceAll(value, "'", "''")+"'")
	}
}

// Start makes a cluster and starts it. Close ends it.
func Start(options ...Option) (*Cluster, error) {
	var s settings
	for _, o := range options {
		o(&s)
	}
	t, err := find()
	if err != nil {
		return nil, err
	}
	who, err := servant()
	if err != nil {
		return nil, err
	}
	c := &Cluster{tools: t, account: who, password: rand.Text()}
	if c.dir, err = workplace(who); err != nil {
		return nil, err
	}
	if c.guard, err = watch(c.dir); err != nil {
		return nil, errors.Join(err, os.RemoveAll(c.dir))
	}
	if err = c.initialize(s.conf); err == nil {
		err = c.Start()
	}
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// TB is what New needs of a *testing.T.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
	Cleanup(f func())
}

// New is Start for one test: it fails the test if there is no PostgreSQL, and
// closes the cluster at its end.
func New(t TB, options ...Option) *Cluster {
	t.Helper()
	c, err := Start(options...)
	if err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// Close stops the server at once and removes its directory.
func (c *Cluster) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gone {
		return nil
	}
	c.gone = true
	return c.guard.release()
}

// BinDir is the directory of this PostgreSQL's programs, pgbench among them.
func (c *Cluster) BinDir() string { return c.tools.dir }

// DSN is the address of a database by way of the Unix socket, for pgx, libpq and
// pgbench.
func (c *Cluster) DSN(database string) string {
	q := url.Values{"host": {c.dir}, "port": {strconv.Itoa(c.port)}}
	u := url.URL{Scheme: "postgres", User: url.UserPassword(superuser, c.password), Path: "/" + database, RawQuery: q.Encode()}
	return u.String()
}

// TCP is the address of a database by way of the loopback interface.
func (c *Cluster) TCP(database string) string {
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(superuser, c.password), Path: "/" + database,
		Host: fmt.Sprintf("127.0.0.1:%d", c.port), RawQuery: "sslmode=disable",
	}
	return u.String()
}

// Database makes an empty database and returns its DSN, so that tests can share
// a cluster.
func (c *Cluster) Database(name string) (dsn string, err error) {
	if _, err := c.run("psql", "-X", "-q", "-d", c.DSN("postgres"), "-v", "ON_ERROR_STOP=1",
		"-c", `CREATE DATABASE "`+strings.ReplaceAll(name, `"`, `""`)+`"`); err != nil {
		return "", err
	}
	return c.DSN(name), nil
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }
func (c *Cluster) log() string  { return filepath.Join(c.dir, "log") }
