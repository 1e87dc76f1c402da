//go:build unix && !linux

package p11rig

import "syscall"

// apart gives a command a group of its own.
func apart() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func keepThread() (release func()) { return func() {} }
