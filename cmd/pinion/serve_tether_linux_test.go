package main

import (
	"os/exec"
	"syscall"
)

// tether ends a process with this one, however that ends.
func tether(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
