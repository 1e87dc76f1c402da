package p11rig

import (
	"runtime"
	"syscall"
)

// apart gives a command a group of its own, and its death with ours.
func apart() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// keepThread is called where a command is started and waited for: Linux takes the
// end of the thread that started it for the end of the parent.
func keepThread() (release func()) {
	runtime.LockOSThread()
	return runtime.UnlockOSThread
}
