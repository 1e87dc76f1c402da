//go:build unix

package pgtest

import (
	"os/exec"
	"syscall"
)

// lend makes a command run as the account.
func (a *account) lend(cmd *exec.Cmd) {
	if a != nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}}
	}
}

// apart keeps the terminal's interrupt from a command.
func apart(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
