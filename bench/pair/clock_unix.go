//go:build unix

package pair

import (
	"syscall"
	"time"
)

// spent returns the processor time that this process has used in all its threads, the
// garbage collector's too. What other processes take of a busy machine is not in it.
func spent() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // the only reason there is: an argument that is not one
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
