//go:build cgo

package pkcs11

import (
	"context"
	"time"

	"github.com/miekg/pkcs11"
)

// Counts is what a device holds at the moment.
type Counts struct {
	Sessions  int // the pinned one apart
	Users     int // operations that run, and those that were abandoned
	Abandoned int
	Most      int // sessions that may be in use at the same time
}

// Count counts. While the device has no connection there is nothing.
func Count(d *Device) Counts {
	l := d.link.Load()
	if l == nil {
		return Counts{}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return Counts{Sessions: l.open, Users: l.users, Abandoned: l.abandoned, Most: cap(l.permits)}
}

// References returns how many hold the library of a file.
func References(path string) int {
	modules.Lock()
	defer modules.Unlock()
	if m := modules.m[canonical(path)]; m != nil {
		return m.refs
	}
	return 0
}

// Objects returns how many objects there are on the token, and in all sessions of
// this process.
func Objects(d *Device) (n int, err error) {
	err = OnSession(context.Background(), d, func(c *pkcs11.Ctx, s pkcs11.SessionHandle) error {
		all, err := findObjects(c, s, nil, 1<<20)
		n = len(all)
		return err
	})
	return n, err
}

// Hint is hint.
var Hint = hint

// Unavailable is unavailable.
var Unavailable = unavailable

// CodeName is codeName.
var CodeName = codeName

// Grace is how long Close waits in tests.
const Grace = 2 * time.Second

func init() { grace = Grace }
