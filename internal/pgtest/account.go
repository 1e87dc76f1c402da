package pgtest

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
)

// account is another user of this system. PostgreSQL refuses to run as root, so
// where we are root (a container) its processes belong to somebody else.
type account struct{ uid, gid int }

// servant returns the account to use, or nil where ours will do.
func servant() (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.Atoi(u.Uid)
		gid, err2 := strconv.Atoi(u.Gid)
		if err1 == nil && err2 == nil && uid != 0 {
			return &account{uid: uid, gid: gid}, nil
		}
	}
	return nil, errors.New("pgtest: PostgreSQL does not run as root, and there is no user postgres or nobody to run it as")
}

// own gives a file to the account.
func (a *account) own(name string) error {
	if a == nil {
		return nil
	}
	if err := os.Chown(name, a.uid, a.gid); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	return nil
}

// workplace makes a directory for the cluster. Its name must be short, for a
// Unix socket's name has about 100 bytes, and the account must get there.
func workplace(a *account) (string, error) {
	for _, base := range []string{os.TempDir(), "/tmp", "/var/tmp"} {
		if len(base) > 60 || a != nil && !open(base) {
			continue
		}
		dir, err := os.MkdirTemp(base, "pgtest")
		if err != nil {
			continue
		}
		if dir, err = filepath.Abs(dir); err != nil {
			return "", fmt.Errorf("pgtest: %w", err)
		}
		return dir, a.own(dir)
	}
	return "", errors.New("pgtest: no temporary directory that PostgreSQL can use: set TMPDIR to one with a short name")
}

// open reports whether everybody may pass through a directory.
func open(dir string) bool {
	for dir = filepath.Clean(dir); ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil || info.Mode().Perm()&1 == 0 {
			return false
		}
		if dir == filepath.Dir(dir) {
			return true
		}
	}
}
