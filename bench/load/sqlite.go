package main

import (
	"errors"
	"os"
	"path/filepath"
)

// sqlite compares requests that share a commit with a commit for each.
func (p *plan) sqlite() (err error) {
	shared, err := p.lite("shared", "256")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, shared.stop()) }()
	single, err := p.lite("single", "1")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, single.stop()) }()
	return p.compare(os.Stdout, shared.side("SQLite, group commit"), single.side("SQLite, a commit for each request"), 5)
}

// lite starts a service on an SQLite file of its own.
func (p *plan) lite(name, group string) (*target, error) {
	return p.target(name, "sqlite:"+filepath.Join(p.dir, name+".db"), "--set", "group.size="+group)
}
