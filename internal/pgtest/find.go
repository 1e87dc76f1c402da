package pgtest

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
)

// ErrMissing says that PostgreSQL is not installed here.
var ErrMissing = errors.New("pgtest: no PostgreSQL found (initdb, pg_ctl): install it, on Debian with: sudo apt-get install postgresql")

// tools says where the programs are.
type tools struct{ dir string }

func (t tools) path(name string) string { return filepath.Join(t.dir, name) }

// find looks for initdb in PATH, and then for the newest version where Debian,
// Fedora and Homebrew put it, outside PATH.
func find() (tools, error) {
	if p, err := exec.LookPath("initdb"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil && complete(filepath.Dir(p)) {
			return tools{filepath.Dir(p)}, nil
		}
	}
	var dirs []string
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin"} {
		found, _ := filepath.Glob(pattern)
		dirs = append(dirs, found...)
	}
	slices.SortStableFunc(dirs, func(a, b string) int { return version(b) - version(a) })
	for _, d := range dirs {
		if complete(d) {
			return tools{d}, nil
		}
	}
	return tools{}, ErrMissing
}

func complete(dir string) bool {
	for _, name := range []string{"initdb", "pg_ctl", "postgres", "psql"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return false
		}
	}
	return true
}

// version is the number at the end of the name of the directory that bin is in.
func version(bin string) int {
	name := filepath.Base(filepath.Dir(bin))
	i := len(name)
	for i > 0 && name[i-1] >= '0' && name[i-1] <= '9' {
		i--
	}
	n, _ := strconv.Atoi(name[i:])
	return n
}
