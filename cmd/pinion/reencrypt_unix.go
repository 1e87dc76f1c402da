//go:build unix

package main

import (
	"os/signal"
	"syscall"
)

// ignoreFileSize makes a file that may not grow any more an error of the write,
// like a full disk, and not the end of the process.
func ignoreFileSize() { signal.Ignore(syscall.SIGXFSZ) }
