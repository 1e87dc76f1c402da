//go:build unix

package p11rig

import (
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"unsafe"
)

// word is a number that the test and the library share.
type word = atomic.Uint64

// Of a mechanism that is hidden: its use, or what is said of it.
const (
	hideUse  = 1
	hideInfo = 2
)

// control is struct control of the interposer.
type control struct {
	quiet       word
	maxSessions word // plus one; 0: no limit
	sessions    word
	created     word
	destroyed   word
	readable    word
	turns       word
	_           word
	hidden      [32]word // mechanism << 2 | hideUse | hideInfo; 0: none
	f           [68]function
}

// function is what the interposer does with one function.
type function struct {
	calls        word
	from, to, rv word // calls from..to-1, counted from 0, return rv
	hang         word // block while it has this value; 0: do not
	delay        word // ns
	corrupt      word
	hanging      word
}

// newControl makes the file and maps it. It stays mapped after the test, for the
// library that has it mapped too is never unloaded.
func newControl(dir string) (c *control, path string, err error) {
	path = filepath.Join(dir, "control")
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, "", err
	}
	defer func() { _ = f.Close() }()
	if err := f.Truncate(int64(unsafe.Sizeof(control{}))); err != nil {
		return nil, "", err
	}
	b, err := syscall.Mmap(int(f.Fd()), 0, int(unsafe.Sizeof(control{})), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		return nil, "", fmt.Errorf("mmap %s: %w", path, err)
	}
	return (*control)(unsafe.Pointer(unsafe.SliceData(b))), path, nil
}
