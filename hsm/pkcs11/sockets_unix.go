//go:build cgo && unix

package pkcs11

import (
	"os"
	"strconv"
	"syscall"
)

// keepSockets is called before a library is initialized, and what it returns
// afterwards. Sockets that the library has opened since are not inherited by programs
// that this process starts: whoever has the socket of p11-kit's client (0.24), which
// does not see to that itself, has the login. A program that is started while the
// library is being initialized still inherits the socket: to hold up all that are
// started, for a library that may hang, would be worse.
func keepSockets() (done func()) {
	before := openSockets()
	return func() {
		for s := range openSockets() {
			if !before[s] {
				syscall.CloseOnExec(s.fd)
			}
		}
	}
}

// socket is an open socket: a number may be another one's by now.
type socket struct {
	fd    int
	inode uint64
}

func openSockets() map[socket]bool {
	m := map[socket]bool{}
	entries, err := os.ReadDir("/dev/fd")
	if err != nil {
		return m
	}
	for _, e := range entries {
		fd, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		var s syscall.Stat_t
		if syscall.Fstat(fd, &s) == nil && s.Mode&syscall.S_IFMT == syscall.S_IFSOCK {
			m[socket{fd, uint64(s.Ino)}] = true
		}
	}
	return m
}
