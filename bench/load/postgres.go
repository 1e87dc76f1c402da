package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pinion-hsm/pinion/internal/pgtest"
)

// postgres compares the service with pgbench, on one server. Where there is none
// it says how to get one.
func (p *plan) postgres() (err error) {
	c, err := pgtest.Start()
	if errors.Is(err, pgtest.ErrMissing) {
		fmt.Println(err)
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if _, err := os.Stat(filepath.Join(c.BinDir(), "pgbench")); err != nil {
		fmt.Println("no pgbench beside PostgreSQL: install it, on Debian with: sudo apt-get install postgresql-contrib")
		return nil
	}
	dsn, err := c.Database("load")
	if err != nil {
		return err
	}
	t, err := p.target("postgres", dsn)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.stop()) }()
	b, err := p.newPGBench(c, dsn)
	if err != nil {
		return err
	}
	return p.compare(os.Stdout, t.side("PostgreSQL"), side{"pgbench, an update of such a row", b.turn}, 0.6)
}
